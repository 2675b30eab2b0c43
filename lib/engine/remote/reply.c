/* Reading replies of the three kinds. */
#include "engine/remote/reply.h"

#include <stdio.h>
#include <string.h>

#include "json/floats.h"
#include "json/scan.h"

/* A reply on its way into results. */
struct reading {
    struct img_arena *arena;
    struct img_remote_result *results;
    size_t n;
    struct img_remote_said *said;
};

static bool broken(struct img_err *err)
{
    if (err->code == IMG_ERR_BAD_RECORD)
        err->code = IMG_ERR_REMOTE;
    return img_err_in(err, "the server's answer");
}

/* A member that is a string, or NULL. */
static const char *text_of(const struct img_json_object *object, const char *name,
                           struct img_arena *arena)
{
    const struct img_json_value *value = img_json_find(object, name);
    const char *text;
    struct img_err ignored;
    if (!value || value->kind != IMG_JSON_STRING ||
        !img_json_get_string(value, arena, &text, NULL, &ignored))
        return NULL;
    return text;
}

/* Text cut to room, a line of it. */
static void take_line(const char *text, char *to, size_t room)
{
    size_t len = 0;
    for (; text && *text && len + 1 < room; text++)
        to[len++] = (unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text;
    /* Not in the middle of a character. */
    while (text && *text && len > 0 && ((unsigned char)*text & 0xc0) == 0x80)
        text--, len--;
    to[len] = '\0';
}

static void take_hex(const char *text, size_t digits, char *to)
{
    to[0] = '\0';
    if (text && strlen(text) == digits && strspn(text, "0123456789abcdef") == digits)
        memcpy(to, text, digits + 1);
}

static void take_said(const struct img_json_object *object, struct img_arena *arena,
                      struct img_remote_said *said)
{
    const char *model = text_of(object, "model_name", arena);
    take_line(model ? model : text_of(object, "model", arena), said->model, sizeof said->model);
    take_hex(text_of(object, "model_fingerprint", arena), sizeof said->fingerprint - 1,
             said->fingerprint);
    const char *preprocessing = text_of(object, "preprocessing", arena);
    if (preprocessing)
        take_hex(preprocessing, sizeof said->preprocessing - 1, said->preprocessing);
}

/* A code that a failed input may have, by its name. */
static enum img_code code_of(const char *name)
{
    for (int i = IMG_OK + 1; name && i < IMG_CODE_COUNT; i++)
        if (strcmp(name, img_code_name((enum img_code)i)) == 0 &&
            img_code_exit((enum img_code)i) == IMG_EXIT_INPUT)
            return (enum img_code)i;
    return IMG_ERR_REMOTE;
}

/* A vector that is none is its own input's failure. */
static bool take_vector(struct reading *r, const struct img_json_value *value,
                        struct img_remote_result *result, struct img_err *err)
{
    if (!value)
        return img_err_set(err, IMG_ERR_REMOTE, "there is no embedding");
    if (img_json_get_floats(value, r->arena, &result->values, &result->count, &result->err)) {
        if (result->count > 0)
            return true;
        img_err_set(&result->err, IMG_ERR_REMOTE, "it is empty");
    }
    result->values = NULL;
    if (result->err.code == IMG_ERR_OUT_OF_MEMORY) {
        *err = result->err;
        return false;
    }
    result->err.code = IMG_ERR_REMOTE;
    img_err_in(&result->err, "the server's embedding");
    return true;
}

static bool is_taken(const struct img_remote_result *result)
{
    return result->values || result->err.code != IMG_OK;
}

static void take_quality(const struct img_json_object *record, struct img_told *told)
{
    const struct img_json_value *confidence = img_json_find(record, "confidence");
    const struct img_json_value *low = img_json_find(record, "low_quality");
    if (confidence && confidence->kind == IMG_JSON_NUMBER) {
        float value = img_json_float(confidence->text, confidence->len);
        told->has_confidence = value >= 0 && value <= 1;
        told->confidence = told->has_confidence ? (double)value : 0;
    }
    told->low_quality = low && low->kind == IMG_JSON_TRUE;
}

/* An embedding record, of which the embedding and what was learnt about it is wanted. */
static bool take_record(struct reading *r, const struct img_json_object *record, size_t i,
                        struct img_err *err)
{
    struct img_remote_result *result = &r->results[i];
    const char *error = text_of(record, "error", r->arena);
    take_said(record, r->arena, r->said);
    if (error) {
        char line[IMG_REMOTE_TEXT_MAX];
        take_line(error, line, sizeof line);
        img_err_set(&result->err, code_of(text_of(record, "error_code", r->arena)), "%s", line);
        return true;
    }
    take_quality(record, &result->told);
    return take_vector(r, img_json_find(record, "embedding"), result, err);
}

static bool take_list(struct reading *r, const struct img_json_object *reply, const char *name,
                      const struct img_json_value **elements, struct img_err *err)
{
    const struct img_json_value *list = img_json_find(reply, name);
    size_t count;
    if (!list || list->kind != IMG_JSON_ARRAY)
        return img_err_set(err, IMG_ERR_REMOTE, "it has no list \"%s\"", name);
    if (!img_json_elements(list, r->arena, elements, &count, err))
        return false;
    if (count == 0 && strcmp(name, "embeddings") == 0)
        return img_err_set(err, IMG_ERR_REMOTE,
                           "no embedding: it knows no pictures (Ollama itself embeds texts only)");
    if (count != r->n)
        return img_err_set(err, IMG_ERR_REMOTE, "%zu embeddings for %zu inputs", count, r->n);
    return true;
}

static bool read_records(struct reading *r, const struct img_json_object *reply,
                         struct img_err *err)
{
    const struct img_json_value *elements;
    if (r->n == 1 && !img_json_find(reply, "results"))
        return take_record(r, reply, 0, err);
    if (!take_list(r, reply, "results", &elements, err))
        return false;
    for (size_t i = 0; i < r->n; i++) {
        struct img_json_object record;
        if (elements[i].kind != IMG_JSON_OBJECT)
            return img_err_set(err, IMG_ERR_REMOTE, "a result is no record");
        if (!img_json_enter(&elements[i], r->arena, &record, err) ||
            !take_record(r, &record, i, err))
            return false;
    }
    return true;
}

/* Elements say which input they are of, and come in any order. */
static bool read_openai(struct reading *r, const struct img_json_object *reply,
                        struct img_err *err)
{
    const struct img_json_value *elements;
    if (!take_list(r, reply, "data", &elements, err))
        return false;
    for (size_t i = 0; i < r->n; i++) {
        struct img_json_object element;
        int64_t index = (int64_t)i;
        if (elements[i].kind != IMG_JSON_OBJECT)
            return img_err_set(err, IMG_ERR_REMOTE, "an element of \"data\" is no object");
        if (!img_json_enter(&elements[i], r->arena, &element, err))
            return false;
        const struct img_json_value *place = img_json_find(&element, "index");
        if (place && !img_json_get_int(place, &index, err))
            return img_err_in(err, "index");
        if (index < 0 || (uint64_t)index >= r->n || is_taken(&r->results[index]))
            return img_err_set(err, IMG_ERR_REMOTE, "index %lld comes twice or is none",
                               (long long)index);
        if (!take_vector(r, img_json_find(&element, "embedding"), &r->results[index], err))
            return false;
    }
    return true;
}

static bool read_ollama(struct reading *r, const struct img_json_object *reply,
                        struct img_err *err)
{
    const struct img_json_value *elements;
    if (!take_list(r, reply, "embeddings", &elements, err))
        return false;
    for (size_t i = 0; i < r->n; i++)
        if (!take_vector(r, &elements[i], &r->results[i], err))
            return false;
    return true;
}

bool img_remote_read(enum img_remote_choice api, const char *json, size_t len, size_t n,
                     struct img_arena *arena, struct img_remote_result *results,
                     struct img_remote_said *said, struct img_err *err)
{
    struct reading r = {.arena = arena, .results = results, .n = n, .said = said};
    struct img_json_object reply;
    memset(results, 0, n * sizeof *results);
    *said = (struct img_remote_said){0};
    if (!img_json_scan(json, len, arena, &reply, err))
        return broken(err);
    take_said(&reply, arena, said);
    bool ok;
    if (api == IMG_REMOTE_OPENAI)
        ok = read_openai(&r, &reply, err);
    else if (api == IMG_REMOTE_OLLAMA)
        ok = read_ollama(&r, &reply, err);
    else
        ok = read_records(&r, &reply, err);
    return ok || broken(err);
}

void img_remote_read_refusal(const char *body, size_t len, struct img_arena *arena,
                             char text[IMG_REMOTE_TEXT_MAX], enum img_code *code,
                             struct img_remote_said *said)
{
    struct img_json_object refusal, inner;
    struct img_err ignored;
    text[0] = '\0';
    *code = IMG_ERR_REMOTE;
    *said = (struct img_remote_said){0};
    if (!img_json_scan(body, len, arena, &refusal, &ignored))
        return;
    const struct img_json_value *error = img_json_find(&refusal, "error");
    const char *message = text_of(&refusal, "error", arena);
    if (error && error->kind == IMG_JSON_OBJECT &&
        img_json_enter(error, arena, &inner, &ignored))
        message = text_of(&inner, "message", arena);
    if (!message)
        message = text_of(&refusal, "detail", arena);
    if (!message)
        message = text_of(&refusal, "message", arena);
    take_line(message, text, IMG_REMOTE_TEXT_MAX);
    *code = code_of(text_of(&refusal, "error_code", arena));
    take_said(&refusal, arena, said);
}
