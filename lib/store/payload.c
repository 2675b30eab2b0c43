/* Between record lines and payloads. */
#include "store/payload.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "json/base64.h"
#include "json/floats.h"
#include "json/number.h"
#include "json/string.h"
#include "record/embedding.h"
#include "record/read.h"
#include "store/reply.h"

/* The order of a record's keys; "embedding" stands where the vector goes. */
static const char *const order[] = {
    "image_path",    "image_path_base64", "text",       "image_id",   "embedding",
    "model_name",    "model_fingerprint", "preprocessing", "precision", "dimension",
    "normalized",    "confidence",        "low_quality", "processing_time", "cached",
    "metadata",      "error",             "error_code", "file",
};

static bool is_one_of(const char *key, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(key, names[i]) == 0)
            return true;
    return false;
}

static const struct img_json_value *find(const struct img_json_object *object, const char *key)
{
    const struct img_json_value *value = img_json_find(object, key);
    return value && value->kind != IMG_JSON_NULL ? value : NULL;
}

static bool read_path(struct img_stored_record *record, struct img_arena *arena,
                      struct img_err *err)
{
    const struct img_json_value *exact = find(&record->object, "image_path_base64");
    const struct img_json_value *plain = find(&record->object, "image_path");
    const char *text;
    size_t len;
    if (!exact && !plain)
        return true;
    if (!img_json_get_string(exact ? exact : plain, arena, &text, &len, err))
        return img_err_in(err, exact ? "image_path_base64" : "image_path");
    if (exact) {
        unsigned char *bytes = img_arena_alloc(arena, img_base64_room(len) + 1, err);
        if (!bytes || !img_base64_decode(text, len, bytes, &len, err))
            return img_err_in(err, "image_path_base64");
        text = (const char *)bytes;
    }
    /* "-" is the standard input of an earlier program: bytes, known by their image_id. */
    if (len == 0 || (len == 1 && text[0] == '-'))
        return true;
    record->path = text;
    record->path_len = len;
    return true;
}

bool img_stored_read(const char *line, size_t len, const float *vector, size_t dimension,
                     struct img_arena *arena, struct img_stored_record *record,
                     struct img_err *err)
{
    *record = (struct img_stored_record){.vector = vector, .dimension = dimension};
    if (!img_json_scan(line, len, arena, &record->object, err) ||
        !read_path(record, arena, err))
        return false;
    const struct img_json_value *error = find(&record->object, "error");
    const struct img_json_value *normalized = find(&record->object, "normalized");
    record->fingerprint = img_qdrant_text(&record->object, "model_fingerprint", arena);
    record->model_name = img_qdrant_text(&record->object, "model_name", arena);
    record->image_id = img_qdrant_text(&record->object, "image_id", arena);
    record->normalized = normalized && normalized->kind == IMG_JSON_TRUE;
    record->kind = record->path ? IMG_STORED_PATH : IMG_STORED_CONTENT;
    if (error && error->kind != IMG_JSON_FALSE) {
        record->kind = IMG_STORED_FAILED;
        return true;
    }
    if (!vector && !img_record_embedding(&record->object, arena, &record->vector,
                                         &record->dimension, err))
        return false;
    if (!record->fingerprint || !record->fingerprint[0])
        return img_err_set(err, IMG_ERR_BAD_RECORD, "a record without model_fingerprint");
    if (!record->path && !record->image_id)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "a record without image_path and image_id");
    return true;
}

static void put_member(struct img_buf *out, const struct img_json_member *member)
{
    if (out->len > 0 && out->data[out->len - 1] != '{')
        img_buf_putc(out, ',');
    img_buf_put(out, member->raw_key, member->raw_key_len);
    img_buf_putc(out, ':');
    img_buf_put(out, member->value.text, member->value.len);
}

static void put_true(struct img_buf *out, const char *key)
{
    bool first = out->data && out->data[out->len - 1] == '{';
    img_buf_printf(out, "%s\"%s\":true", first ? "" : ",", key);
}

/* gps_info of the metadata, or of a metadata record that was gone on with. */
static void put_location(struct img_buf *out, const struct img_json_object *record)
{
    struct img_arena arena = {.limit = 1 << 24};
    struct img_json_object metadata, gps;
    if ((img_qdrant_enter(record, "metadata", &arena, &metadata) &&
         img_qdrant_enter(&metadata, "gps_info", &arena, &gps)) ||
        img_qdrant_enter(record, "gps_info", &arena, &gps)) {
        const struct img_json_value *lat = img_json_find(&gps, "latitude");
        const struct img_json_value *lon = img_json_find(&gps, "longitude");
        double north = img_qdrant_number(lat), east = img_qdrant_number(lon);
        if (north >= -90 && north <= 90 && east >= -180 && east <= 180)
            img_buf_printf(out, ",\"location\":{\"lat\":%.*s,\"lon\":%.*s}", (int)lat->len,
                           lat->text, (int)lon->len, lon->text);
    }
    img_arena_clear(&arena);
}

/* What stays the same goes first, so that one pass can be hashed. */
void img_stored_put_payload(struct img_buf *out, const struct img_stored_record *record,
                            const float *vector, const char *root, char digest[IMG_STORED_DIGEST])
{
    static const char *const left_out[] = {"embedding", "image_base64", "img_tools"};
    static const char *const volatile_ones[] = {"processing_time", "cached"};
    size_t begin = out->len;
    bool made_unit = vector != record->vector;
    img_buf_putc(out, '{');
    for (size_t i = 0; i < record->object.count; i++) {
        const struct img_json_member *member = &record->object.members[i];
        if (member->shadowed || is_one_of(member->key, left_out, 3) ||
            is_one_of(member->key, volatile_ones, 2))
            continue;
        if (made_unit && strcmp(member->key, "normalized") == 0)
            put_true(out, "normalized");
        else
            put_member(out, member);
    }
    uint64_t hash = img_hash64(vector, record->dimension * sizeof *vector);
    if (!out->failed)
        hash = hash * 31 + img_hash64(out->data + begin, out->len - begin);
    snprintf(digest, IMG_STORED_DIGEST, "%016" PRIx64, hash);
    for (size_t i = 0; i < record->object.count; i++)
        if (!record->object.members[i].shadowed &&
            is_one_of(record->object.members[i].key, volatile_ones, 2))
            put_member(out, &record->object.members[i]);
    img_buf_printf(out, "%s\"img_tools\":{\"digest\":\"%s\"",
                   out->len > begin + 1 ? "," : "", digest);
    if (root) {
        img_buf_puts(out, ",\"root\":");
        img_json_put_text(out, root);
    }
    put_location(out, &record->object);
    img_buf_puts(out, "}}");
}

static void put_known(struct img_buf *out, const struct img_json_object *payload, const char *key)
{
    const struct img_json_value *value = img_json_find(payload, key);
    if (!value)
        return;
    if (out->len > 0 && out->data[out->len - 1] != '{')
        img_buf_putc(out, ',');
    img_buf_printf(out, "\"%s\":", key);
    img_buf_put(out, value->text, value->len);
}

/* Bytes that an earlier program had on its standard input. */
static bool is_nameless(const struct img_json_object *payload)
{
    const struct img_json_value *path = img_json_find(payload, "image_path");
    return path && path->len == 3 && memcmp(path->text, "\"-\"", 3) == 0;
}

void img_stored_put_record(struct img_buf *out, const struct img_json_object *payload,
                           const float *vector, size_t dimension, bool base64, bool as_row)
{
    size_t n = sizeof order / sizeof *order;
    img_buf_putc(out, '{');
    for (size_t i = 0; i < n; i++) {
        if (as_row && i == 0 && is_nameless(payload)) {
            img_buf_puts(out, "\"image_path\":null");
        } else if (strcmp(order[i], "embedding") != 0) {
            put_known(out, payload, order[i]);
        } else if (vector) {
            img_buf_puts(out, out->data && out->data[out->len - 1] == '{' ? "\"embedding\":"
                                                                         : ",\"embedding\":");
            img_embedding_put_vector(out, vector, dimension, base64);
        }
    }
    if (as_row && !img_json_find(payload, "file"))
        img_buf_puts(out,
                     ",\"file\":{\"size\":0,\"mtime_ns\":0,\"ctime_ns\":0,\"dev\":0,\"ino\":0}");
    for (size_t i = 0; i < payload->count; i++) {
        const struct img_json_member *member = &payload->members[i];
        if (!member->shadowed && strcmp(member->key, "img_tools") != 0 &&
            !is_one_of(member->key, order, n))
            put_member(out, member);
    }
    img_buf_puts(out, "}\n");
}

void img_stored_put_failed(struct img_buf *out, const struct img_json_object *record,
                           const struct img_err *why)
{
    static const char *const replaced[] = {"embedding", "error", "error_code", "img_tools",
                                           "image_base64"};
    img_buf_putc(out, '{');
    for (size_t i = 0; i < record->count; i++)
        if (!record->members[i].shadowed && !is_one_of(record->members[i].key, replaced, 5))
            put_member(out, &record->members[i]);
    img_buf_puts(out, out->data && out->data[out->len - 1] == '{' ? "" : ",");
    img_buf_puts(out, "\"embedding\":null,\"error\":");
    img_json_put_text(out, why->text);
    img_buf_puts(out, ",\"error_code\":");
    img_json_put_text(out, img_code_name(why->code));
    img_buf_puts(out, "}\n");
}
