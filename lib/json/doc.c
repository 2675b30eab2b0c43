/* cJSON behind a stricter door: a scan of the text first settles what the parser would let pass,
 * and bounds the memory it may take. */
#include "json/doc.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/utf8.h"

/* Returns the index behind the string that begins at text[i], or 0 when it has an embedded NUL. */
static size_t skip_string(const char *text, size_t len, size_t i)
{
    for (i++; i < len && text[i] != '"'; i++) {
        if (text[i] != '\\')
            continue;
        if (len - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0)
            return 0;
        i++;
    }
    return i + 1;
}

/* Nesting and count of values are bounded from the text, before a tree exists. */
static bool scan(const char *text, size_t len, size_t values_max, enum img_code code,
                 struct img_err *err)
{
    size_t depth = 0, values = 1;
    for (size_t i = 0; i < len;) {
        char c = text[i];
        if (c == '"') {
            i = skip_string(text, len, i);
            if (i == 0)
                return img_err_set(err, code, "JSON text with an embedded NUL");
            continue;
        }
        if (c == '\0')
            return img_err_set(err, code, "JSON with a NUL byte at %zu", i);
        if (c == '{' || c == '[')
            depth++, values++;
        else if ((c == '}' || c == ']') && depth > 0)
            depth--;
        else if (c == ',')
            values++;
        if (depth > IMG_DOC_DEPTH_MAX)
            return img_err_set(err, code, "JSON nested deeper than %d", IMG_DOC_DEPTH_MAX);
        if (values > values_max)
            return img_err_set(err, code, "JSON with more than %zu values", values_max);
        i++;
    }
    return true;
}

struct img_doc *img_doc_parse(const char *text, size_t len, size_t values_max, enum img_code code,
                              struct img_err *err)
{
    size_t valid = img_utf8_valid_prefix(text, len);
    if (valid != len) {
        img_err_set(err, code, "JSON is not UTF-8 at byte %zu", valid);
        return NULL;
    }
    if (!scan(text, len, values_max, code, err))
        return NULL;
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(text, len, &end, 0);
    size_t at = end ? (size_t)(end - text) : 0;
    if (!root) {
        img_err_set(err, code, len == 0 ? "empty, wanted JSON" : "not JSON at byte %zu", at);
        return NULL;
    }
    while (at < len && strchr(" \t\r\n", text[at]))
        at++;
    if (at < len) {
        cJSON_Delete(root);
        img_err_set(err, code, "more than one JSON value: byte %zu", at);
        return NULL;
    }
    return (struct img_doc *)root;
}

struct img_doc *img_doc_read(const char *path, size_t bytes_max, size_t values_max,
                             enum img_code code, struct img_err *err)
{
    struct img_buf text = {.limit = bytes_max + 2};
    struct img_doc *root = NULL;
    if (!img_file_read(path, bytes_max, &text, err)) {
        if (err->code == IMG_ERR_TOO_LARGE)
            err->code = code;
    } else {
        root = img_doc_parse(text.len > 0 ? text.data : "", text.len, values_max, code, err);
    }
    img_buf_clear(&text);
    return root;
}

void img_doc_free(struct img_doc *root)
{
    cJSON_Delete((cJSON *)root);
}

static const cJSON *item(const struct img_doc *value)
{
    return (const cJSON *)value;
}

enum img_doc_kind img_doc_kind(const struct img_doc *value)
{
    const cJSON *it = item(value);
    if (cJSON_IsObject(it))
        return IMG_DOC_OBJECT;
    if (cJSON_IsArray(it))
        return IMG_DOC_ARRAY;
    if (cJSON_IsString(it))
        return IMG_DOC_TEXT;
    if (cJSON_IsNumber(it))
        return IMG_DOC_NUMBER;
    return cJSON_IsBool(it) ? IMG_DOC_BOOL : IMG_DOC_NULL;
}

const struct img_doc *img_doc_get(const struct img_doc *object, const char *name)
{
    if (!object || !cJSON_IsObject(item(object)))
        return NULL;
    return (const struct img_doc *)cJSON_GetObjectItemCaseSensitive(item(object), name);
}

const struct img_doc *img_doc_first(const struct img_doc *container)
{
    const cJSON *it = item(container);
    bool walkable = it && (cJSON_IsObject(it) || cJSON_IsArray(it));
    return walkable ? (const struct img_doc *)it->child : NULL;
}

const struct img_doc *img_doc_next(const struct img_doc *value)
{
    return (const struct img_doc *)item(value)->next;
}

size_t img_doc_count(const struct img_doc *container)
{
    size_t count = 0;
    for (const struct img_doc *it = img_doc_first(container); it; it = img_doc_next(it))
        count++;
    return count;
}

const char *img_doc_name(const struct img_doc *value)
{
    return item(value)->string ? item(value)->string : "";
}

const char *img_doc_text(const struct img_doc *value)
{
    return value && cJSON_IsString(item(value)) ? item(value)->valuestring : NULL;
}

bool img_doc_bool(const struct img_doc *value, bool *out)
{
    if (!value || !cJSON_IsBool(item(value)))
        return false;
    *out = cJSON_IsTrue(item(value));
    return true;
}

bool img_doc_number(const struct img_doc *value, double *out)
{
    if (!value || !cJSON_IsNumber(item(value)))
        return false;
    *out = item(value)->valuedouble;
    return true;
}

bool img_doc_int(const struct img_doc *value, int64_t *out)
{
    double number;
    if (!img_doc_number(value, &number) || !(fabs(number) <= 0x1p53) || number != trunc(number))
        return false;
    *out = (int64_t)number;
    return true;
}
