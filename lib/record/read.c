/* Reading input records. */
#include "record/read.h"

#include <string.h>

#include "json/base64.h"
#include "json/floats.h"

/* The member's value unless it is absent or null. */
static const struct img_json_value *find(const struct img_json_object *object, const char *key)
{
    const struct img_json_value *value = img_json_find(object, key);
    return value && value->kind != IMG_JSON_NULL ? value : NULL;
}

/* A base64 string as bytes with a NUL behind. */
static bool read_bytes(const struct img_json_value *value, struct img_arena *arena,
                       const unsigned char **bytes, size_t *len, struct img_err *err)
{
    const char *text;
    size_t text_len;
    if (!img_json_get_string(value, arena, &text, &text_len, err))
        return false;
    unsigned char *to = img_arena_alloc(arena, img_base64_room(text_len) + 1, err);
    if (!to || !img_base64_decode(text, text_len, to, len, err))
        return false;
    *bytes = to;
    return true;
}

static bool read_path(const struct img_json_value *plain, const struct img_json_value *base64,
                      struct img_arena *arena, struct img_input_record *record,
                      struct img_err *err)
{
    const unsigned char *bytes;
    record->kind = IMG_RECORD_PATH;
    if (base64) {
        if (!read_bytes(base64, arena, &bytes, &record->path_len, err))
            return img_err_in(err, "image_path_base64");
        record->path = (const char *)bytes;
    } else if (!img_json_get_string(plain, arena, &record->path, &record->path_len, err)) {
        return img_err_in(err, "image_path");
    }
    if (strlen(record->path) != record->path_len)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "image_path holds a NUL");
    if (strcmp(record->path, "-") == 0)
        return img_err_set(err, IMG_ERR_BAD_RECORD,
                           "image_path \"-\" is the standard input of an earlier program");
    return true;
}

bool img_record_read(const char *line, size_t len, struct img_arena *arena,
                     struct img_input_record *record, struct img_err *err)
{
    *record = (struct img_input_record){.path = ""};
    if (!img_json_scan(line, len, arena, &record->object, err))
        return false;
    const struct img_json_value *error = find(&record->object, "error");
    if (error && error->kind != IMG_JSON_FALSE) {
        record->kind = IMG_RECORD_FAILED;
        return true;
    }
    const struct img_json_value *plain = find(&record->object, "image_path");
    const struct img_json_value *base64 = find(&record->object, "image_path_base64");
    const struct img_json_value *bytes = find(&record->object, "image_base64");
    const struct img_json_value *text = find(&record->object, "text");
    if (plain || base64)
        return read_path(plain, base64, arena, record, err);
    if (bytes) {
        record->kind = IMG_RECORD_BYTES;
        return read_bytes(bytes, arena, &record->bytes, &record->bytes_len, err) ||
               img_err_in(err, "image_base64");
    }
    if (text) {
        record->kind = IMG_RECORD_TEXT;
        return img_json_get_string(text, arena, &record->text, &record->text_len, err) ||
               img_err_in(err, "text");
    }
    return img_err_set(err, IMG_ERR_BAD_RECORD,
                       "a record without image_path, image_path_base64, image_base64 and text");
}

bool img_record_name(const struct img_json_object *object, struct img_arena *arena,
                     const char **name, size_t *len, bool *is_path, struct img_err *err)
{
    const struct img_json_value *plain = find(object, "image_path");
    const struct img_json_value *base64 = find(object, "image_path_base64");
    const struct img_json_value *text = find(object, "text");
    const unsigned char *bytes;
    *name = NULL;
    *len = 0;
    *is_path = plain || base64;
    if (base64) {
        if (!read_bytes(base64, arena, &bytes, len, err))
            return img_err_in(err, "image_path_base64");
        *name = (const char *)bytes;
        return true;
    }
    if (plain)
        return img_json_get_string(plain, arena, name, len, err) || img_err_in(err, "image_path");
    return !text || img_json_get_string(text, arena, name, len, err) || img_err_in(err, "text");
}

bool img_record_embedding(const struct img_json_object *object, struct img_arena *arena,
                          const float **values, size_t *count, struct img_err *err)
{
    const struct img_json_value *value = find(object, "embedding");
    if (!value)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "a record without an embedding");
    if (!img_json_get_floats(value, arena, values, count, err))
        return img_err_in(err, "embedding");
    if (*count == 0)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "embedding: no numbers");
    return true;
}
