/* Rows that need no pictures. */
#include "support/collection_rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "json/number.h"
#include "record/fields.h"

struct img_collection_writer *collection_writer(const char *folder, size_t dimension,
                                                struct img_err *err)
{
    const struct img_collection_spec spec = {
        .dimension = dimension,
        .model_name = "demo",
        .fingerprint = "0123456789abcdef",
        .precision = "f32",
        .normalized = true,
    };
    struct img_collection_writer *writer;
    return img_collection_open_writer(&writer, folder, &spec, err) ? writer : NULL;
}

size_t collection_path(unsigned path, char text[COLLECTION_PATH_ROOM])
{
    return (size_t)snprintf(text, COLLECTION_PATH_ROOM, "photos/%03u/picture-%u.jpg", path / 100,
                            path);
}

struct img_stamp collection_stamp(unsigned path, unsigned version)
{
    return (struct img_stamp){
        .dev = UINT64_MAX - 1,
        .ino = (uint64_t)1 << 63 | path,
        .size = 1000 + path,
        .mtime_ns = 1700000000123456789 + version,
        .ctime_ns = -1 - (int64_t)path,
    };
}

void collection_vector(unsigned path, unsigned version, float *vector, size_t dimension)
{
    for (size_t i = 0; i < dimension; i++)
        vector[i] = (float)path + (float)version * 0.25f + (float)i * 1e-3f;
}

void collection_record_of(const char *path, size_t len, const struct img_stamp *stamp,
                          struct img_buf *out)
{
    img_buf_puts(out, "{");
    img_fields_put_path(out, "image_path", path, len);
    img_buf_puts(out, ",\"image_id\":\"00112233445566778899aabbccddeeff\",\"dimension\":4,"
                      "\"metadata\":{\"file\":{\"size\":1},\"image_path\":\"x\"},"
                      "\"file\":{\"size\":");
    img_json_put_uint(out, stamp->size);
    img_buf_puts(out, ",\"mtime_ns\":");
    img_json_put_int(out, stamp->mtime_ns);
    img_buf_puts(out, ",\"ctime_ns\":");
    img_json_put_int(out, stamp->ctime_ns);
    img_buf_puts(out, ",\"dev\":");
    img_json_put_uint(out, stamp->dev);
    img_buf_puts(out, ",\"ino\":");
    img_json_put_uint(out, stamp->ino);
    img_buf_puts(out, "},\"error\":null}\n");
    if (out->failed)
        abort();
}

void collection_record(unsigned path, unsigned version, struct img_buf *out)
{
    char text[COLLECTION_PATH_ROOM];
    size_t len = collection_path(path, text);
    struct img_stamp stamp = collection_stamp(path, version);
    collection_record_of(text, len, &stamp, out);
}

bool collection_append(struct img_collection_writer *writer, size_t dimension, unsigned path,
                       unsigned version, struct img_err *err)
{
    char text[COLLECTION_PATH_ROOM];
    float vector[64];
    struct img_buf record = {0};
    size_t len = collection_path(path, text);
    if (dimension > sizeof vector / sizeof vector[0])
        abort();
    collection_vector(path, version, vector, dimension);
    collection_record(path, version, &record);
    bool ok = img_collection_append(writer, text, len, vector, record.data, record.len, err);
    img_buf_clear(&record);
    return ok;
}

bool collection_fail(struct img_collection_writer *writer, unsigned path, struct img_err *err)
{
    static const char record[] = "{\"image_path\":\"x\",\"error\":\"not an image\"}\n";
    char text[COLLECTION_PATH_ROOM];
    size_t len = collection_path(path, text);
    return img_collection_fail(writer, text, len, record, sizeof record - 1, err);
}

bool collection_look(struct img_collection_writer *writer, unsigned path, unsigned version,
                     enum img_collection_state *state, struct img_err *err)
{
    char text[COLLECTION_PATH_ROOM];
    size_t len = collection_path(path, text);
    struct img_stamp stamp = collection_stamp(path, version);
    return img_collection_look(writer, text, len, &stamp, NULL, state, err);
}
