/* Copying the unknown, and writing paths. */
#include "record/fields.h"

#include <string.h>

#include "base/utf8.h"
#include "json/base64.h"
#include "json/string.h"

/* What an embedding record says itself, and what it is made from. */
static const char *const own[] = {
    "image_path",     "image_path_base64", "image_base64", "text",       "image_id",
    "embedding",      "model_name",        "dimension",    "normalized", "model_fingerprint",
    "preprocessing",  "precision",         "confidence",   "cached",     "low_quality",
    "processing_time", "error",            "error_code", "file",
};

static bool is_own(const char *key)
{
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcmp(own[i], key) == 0)
            return true;
    return false;
}

void img_fields_put_rest(struct img_buf *out, const struct img_json_object *input,
                         bool without_metadata)
{
    for (size_t i = 0; input && i < input->count; i++) {
        const struct img_json_member *member = &input->members[i];
        if (member->shadowed || is_own(member->key) ||
            (without_metadata && strcmp(member->key, "metadata") == 0))
            continue;
        img_buf_putc(out, ',');
        img_buf_put(out, member->raw_key, member->raw_key_len);
        img_buf_putc(out, ':');
        img_buf_put(out, member->value.text, member->value.len);
    }
}

void img_fields_put_path(struct img_buf *out, const char *name, const char *path, size_t len)
{
    img_buf_printf(out, "\"%s\":", name);
    if (!path) {
        img_buf_puts(out, "null");
        return;
    }
    img_json_put_string(out, path, len);
    if (img_utf8_valid(path, len))
        return;
    img_buf_printf(out, ",\"%s_base64\":\"", name);
    img_base64_encode(out, path, len);
    img_buf_putc(out, '"');
}
