/* Filling templates. */
#include "query/template.h"

#include <string.h>

#include "base/size.h"

#define ENSEMBLE "ensemble"

/* As published, a missing article included: the vectors are those that were measured. */
static const char *const ensemble[] = {
    "itap of a {}.",
    "a bad photo of the {}.",
    "a origami {}.",
    "a photo of the large {}.",
    "a {} in a video game.",
    "art of the {}.",
    "a photo of the small {}.",
};

enum { ENSEMBLE_COUNT = sizeof ensemble / sizeof *ensemble };

bool img_templates_make(const char *const *words, size_t n, struct img_arena *arena,
                        struct img_templates *templates, struct img_err *err)
{
    const char **items;
    *templates = (struct img_templates){0};
    if (n > IMG_TEMPLATES_MAX)
        return img_err_set(err, IMG_ERR_USAGE, "more than %d templates", IMG_TEMPLATES_MAX);
    items = img_arena_array(arena, n * ENSEMBLE_COUNT + 1, sizeof *items, err);
    if (!items)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i], ENSEMBLE) == 0) {
            memcpy(items + templates->count, ensemble, sizeof ensemble);
            templates->count += ENSEMBLE_COUNT;
        } else if (strstr(words[i], "{}")) {
            items[templates->count++] = words[i];
        } else {
            return img_err_set(err, IMG_ERR_USAGE,
                               "'%.200s' has no {} in it where the text would go", words[i]);
        }
    }
    templates->items = items;
    return true;
}

const char *img_template_fill(const char *template, const char *text, size_t len,
                              struct img_arena *arena, size_t *filled_len, struct img_err *err)
{
    size_t places = 0, size;
    for (const char *at = template; (at = strstr(at, "{}")); at += 2)
        places++;
    if (!img_size_mul(places, len, &size) || !img_size_add(size, strlen(template) + 1, &size)) {
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "a template becomes too large");
        return NULL;
    }
    char *filled = img_arena_alloc(arena, size, err), *to = filled;
    if (!filled)
        return NULL;
    while (*template) {
        const char *place = strstr(template, "{}");
        size_t before = place ? (size_t)(place - template) : strlen(template);
        memcpy(to, template, before);
        to += before;
        template += before;
        if (place) {
            memcpy(to, text, len);
            to += len;
            template += 2;
        }
    }
    *to = '\0';
    *filled_len = (size_t)(to - filled);
    return filled;
}
