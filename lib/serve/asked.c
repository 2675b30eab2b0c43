/* Reading fields. */
#include "serve/asked.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/value.h"

enum { NUMBER_MAX = 400 }; /* characters */

bool img_asked_text(const struct img_asked *value, struct img_arena *arena,
                    const char **text, size_t *len, struct img_err *err)
{
    if (value->json)
        return value->json->kind == IMG_JSON_STRING
                   ? img_json_get_string(value->json, arena, text, len, err)
                   : img_err_set(err, IMG_ERR_BAD_RECORD, "not a string");
    if (!img_utf8_valid(value->text, value->len))
        return img_err_set(err, IMG_ERR_BAD_RECORD, "not valid UTF-8");
    *text = img_arena_copy(arena, value->text, value->len, err);
    if (len)
        *len = value->len;
    return *text && (len || strlen(*text) == value->len ||
                     img_err_set(err, IMG_ERR_BAD_RECORD, "holds a NUL"));
}

static bool is(const struct img_asked *value, const char *word)
{
    return value->len == strlen(word) && memcmp(value->text, word, value->len) == 0;
}

bool img_asked_bool(const struct img_asked *value, bool *truth, struct img_err *err)
{
    if (value->json ? value->json->kind == IMG_JSON_TRUE : is(value, "true") || is(value, "1"))
        *truth = true;
    else if (value->json ? value->json->kind == IMG_JSON_FALSE
                         : is(value, "false") || is(value, "0"))
        *truth = false;
    else
        return img_err_set(err, IMG_ERR_BAD_RECORD, "neither true nor false");
    return true;
}

bool img_asked_size(const struct img_asked *value, size_t most, size_t *number,
                    struct img_err *err)
{
    const struct img_json_value plain = {IMG_JSON_NUMBER, value->text, value->len};
    int64_t n = 0;
    bool digits = value->len > 0 && value->len <= 18;
    for (size_t i = 0; !value->json && digits && i < value->len; i++)
        digits = value->text[i] >= '0' && value->text[i] <= '9';
    if (value->json ? value->json->kind != IMG_JSON_NUMBER : !digits)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "not a number");
    if (!img_json_get_int(value->json ? value->json : &plain, &n, err))
        return false;
    if (n < 1 || (uint64_t)n > most)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "%lld is not from 1 to %zu", (long long)n,
                           most);
    *number = (size_t)n;
    return true;
}

bool img_asked_number(const struct img_asked *value, struct img_arena *arena,
                      double *number, struct img_err *err)
{
    const char *text = value->json ? value->json->text : value->text;
    size_t len = value->json ? value->json->len : value->len;
    if ((value->json && value->json->kind != IMG_JSON_NUMBER) || len > NUMBER_MAX)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "not a number");
    char *copy = img_arena_copy(arena, text, len, err);
    if (!copy)
        return false;
    if (!img_value_float(copy, 0, 0, number, err) || !isfinite(*number))
        return img_err_set(err, IMG_ERR_BAD_RECORD, "not a number");
    return true;
}

bool img_asked_list(const struct img_asked *value, size_t most, struct img_arena *arena,
                    const struct img_asked **elements, size_t *count, struct img_err *err)
{
    const struct img_json_value *values = value->json;
    *count = 1;
    if (values && values->kind != IMG_JSON_ARRAY)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "not a list");
    if (values && !img_json_elements(value->json, arena, &values, count, err))
        return false;
    if (*count > most)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "%zu elements, more than %zu", *count, most);
    struct img_asked *list = img_arena_array(arena, *count + 1, sizeof *list, err);
    if (!list)
        return false;
    for (size_t i = 0; i < *count; i++)
        list[i] = value->json ? (struct img_asked){.json = &values[i]} : *value;
    *elements = list;
    return true;
}

bool img_asked_is_null(const struct img_asked *value)
{
    return value->json && value->json->kind == IMG_JSON_NULL;
}
