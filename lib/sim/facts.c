/* Comparing what vectors are of. */
#include "sim/facts.h"

#include <stdio.h>
#include <string.h>

static void set(char *to, size_t room, const char *text)
{
    snprintf(to, room, "%s", text ? text : "");
}

void img_vector_facts_set(struct img_vector_facts *facts, size_t dimension, const char *model_name,
                          const char *fingerprint, const char *precision)
{
    facts->dimension = dimension;
    set(facts->model_name, sizeof facts->model_name, model_name);
    set(facts->fingerprint, sizeof facts->fingerprint, fingerprint);
    set(facts->precision, sizeof facts->precision, precision);
    facts->preprocessing[0] = '\0';
}

static bool read_word(const struct img_json_object *record, const char *key,
                      struct img_arena *arena, const char **text, struct img_err *err)
{
    const struct img_json_value *value = img_json_find(record, key);
    *text = NULL;
    if (!value || value->kind != IMG_JSON_STRING ||
        img_json_get_string(value, arena, text, NULL, err))
        return true;
    *text = NULL;
    return err->code != IMG_ERR_OUT_OF_MEMORY;
}

bool img_vector_facts_read(struct img_vector_facts *facts, const struct img_json_object *record,
                           size_t dimension, struct img_arena *arena, struct img_err *err)
{
    const char *name, *fingerprint, *precision, *preprocessing;
    if (!read_word(record, "model_name", arena, &name, err) ||
        !read_word(record, "model_fingerprint", arena, &fingerprint, err) ||
        !read_word(record, "precision", arena, &precision, err) ||
        !read_word(record, "preprocessing", arena, &preprocessing, err))
        return false;
    img_vector_facts_set(facts, dimension, name, fingerprint, precision);
    set(facts->preprocessing, sizeof facts->preprocessing, preprocessing);
    return true;
}

static void take_over(char *to, size_t room, const char *text)
{
    if (to[0] == '\0')
        set(to, room, text);
}

bool img_vector_facts_meet(struct img_vector_facts *facts, const char *of,
                           const struct img_vector_facts *others, const char *others_of,
                           struct img_err *err)
{
    if (facts->fingerprint[0] && others->fingerprint[0] &&
        strcmp(facts->fingerprint, others->fingerprint) != 0)
        return img_err_set(err, IMG_ERR_CONFIG,
                           "%s: of model %s, fingerprint %s; %s: of model %s, fingerprint %s: they "
                           "cannot be compared",
                           others_of, others->model_name[0] ? others->model_name : "?",
                           others->fingerprint, of, facts->model_name[0] ? facts->model_name : "?",
                           facts->fingerprint);
    if (facts->dimension > 0 && others->dimension > 0 && facts->dimension != others->dimension)
        return img_err_set(err, IMG_ERR_CONFIG,
                           "%s: dimension %zu; %s: dimension %zu: they cannot be compared",
                           others_of, others->dimension, of, facts->dimension);
    if (facts->dimension == 0)
        facts->dimension = others->dimension;
    if (facts->fingerprint[0] == '\0')
        take_over(facts->model_name, sizeof facts->model_name, others->model_name);
    take_over(facts->fingerprint, sizeof facts->fingerprint, others->fingerprint);
    take_over(facts->precision, sizeof facts->precision, others->precision);
    take_over(facts->preprocessing, sizeof facts->preprocessing, others->preprocessing);
    return true;
}
