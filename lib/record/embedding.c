/* Writing embedding records. */
#include "record/embedding.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "json/base64.h"
#include "json/number.h"
#include "json/string.h"
#include "record/fields.h"

static void put_name(struct img_buf *out, const char *name)
{
    img_buf_printf(out, ",\"%s\":", name);
}

static void put_word(struct img_buf *out, const char *name, const char *value)
{
    put_name(out, name);
    img_json_put_text(out, value);
}

static void put_truth(struct img_buf *out, const char *name, bool value)
{
    put_name(out, name);
    img_json_put_bool(out, value);
}

static void put_rounded(struct img_buf *out, const char *name, double value, double steps)
{
    put_name(out, name);
    img_json_put_double(out, round(value * steps) / steps);
}

static void put_id(struct img_buf *out, const struct img_id *id)
{
    char hex[IMG_ID_HEX];
    if (id)
        img_id_hex(id, hex);
    put_word(out, "image_id", id ? hex : NULL);
}

/* The bytes of float32 in little-endian order, whatever this machine's is. */
static void put_base64(struct img_buf *out, const float *values, size_t count)
{
    enum { CHUNK = 768 }; /* a multiple of 3: each chunk ends without padding */
    unsigned char bytes[CHUNK * 4];
    img_buf_putc(out, '"');
    for (size_t at = 0; at < count; at += CHUNK) {
        size_t n = count - at < CHUNK ? count - at : CHUNK;
        for (size_t i = 0; i < n; i++) {
            uint32_t bits;
            memcpy(&bits, &values[at + i], sizeof bits);
            for (int b = 0; b < 4; b++)
                bytes[4 * i + (size_t)b] = (unsigned char)(bits >> 8 * b);
        }
        img_base64_encode(out, bytes, 4 * n);
    }
    img_buf_putc(out, '"');
}

void img_embedding_put_vector(struct img_buf *out, const float *values, size_t count, bool base64)
{
    if (base64)
        put_base64(out, values, count);
    else
        img_json_put_floats(out, values, count);
}

static void put_embedding(struct img_buf *out, const struct img_embedding_record *record)
{
    put_name(out, "embedding");
    if (record->embedding)
        img_embedding_put_vector(out, record->embedding, record->dimension, record->base64);
    else
        img_buf_puts(out, "null");
}

static void put_quality(struct img_buf *out, const struct img_embedding_record *record)
{
    if (record->has_confidence)
        put_rounded(out, "confidence", record->confidence, 1e4);
    else
        put_word(out, "confidence", NULL);
    if (record->low_quality)
        put_truth(out, "low_quality", true);
}

static void put_metadata(struct img_buf *out, const struct img_embedding_record *record)
{
    if (!record->metadata && !record->debug)
        return;
    put_name(out, "metadata");
    if (record->metadata)
        img_metadata_put(out, record->metadata);
    else
        img_buf_putc(out, '{');
    if (record->debug) {
        if (record->metadata)
            img_buf_putc(out, ',');
        img_metadata_put_logs(out, record->logs, record->log_count);
    }
    img_buf_putc(out, '}');
}

static void put_stamp(struct img_buf *out, const struct img_stamp *stamp)
{
    img_buf_printf(out,
                   ",\"file\":{\"size\":%" PRIu64 ",\"mtime_ns\":%" PRId64
                   ",\"ctime_ns\":%" PRId64 ",\"dev\":%" PRIu64 ",\"ino\":%" PRIu64 "}",
                   stamp->size, stamp->mtime_ns, stamp->ctime_ns, stamp->dev, stamp->ino);
}

static void put_picture(struct img_buf *out, const struct img_picture_record *picture)
{
    img_buf_printf(out,
                   ",\"picture\":{\"width\":%" PRIu32 ",\"height\":%" PRIu32
                   ",\"shrink\":%" PRIu32 ",\"pixels_hash\":\"",
                   picture->width, picture->height, picture->shrink);
    for (size_t i = 0; i < sizeof picture->pixels_hash->bytes; i++)
        img_buf_printf(out, "%02x", picture->pixels_hash->bytes[i]);
    img_buf_puts(out, "\",\"perceptual_hash\":\"");
    for (size_t i = 0; i < 32; i++)
        img_buf_printf(out, "%02x", picture->perceptual_hash[i]);
    img_buf_puts(out, "\"}");
}

void img_embedding_put(struct img_buf *out, const struct img_embedding_record *record)
{
    img_buf_putc(out, '{');
    if (record->is_text) {
        img_buf_puts(out, "\"text\":");
        img_json_put_string(out, record->text, record->text_len);
    } else {
        img_fields_put_path(out, "image_path", record->image_path, record->image_path_len);
    }
    put_id(out, record->image_id);
    if (!record->row)
        put_embedding(out, record);
    put_word(out, "model_name", record->model_name);
    put_word(out, "model_fingerprint", record->model_fingerprint);
    if (!record->is_text)
        put_word(out, "preprocessing", record->preprocessing);
    put_word(out, "precision", record->precision);
    put_name(out, "dimension");
    if (record->dimension > 0)
        img_json_put_uint(out, record->dimension);
    else
        img_buf_puts(out, "null");
    put_truth(out, "normalized", record->normalized);
    put_quality(out, record);
    if (!record->row) {
        put_rounded(out, "processing_time", record->processing_time, 1e6);
        put_truth(out, "cached", record->cached);
    }
    put_metadata(out, record);
    put_word(out, "error", record->error ? record->error->text : NULL);
    put_word(out, "error_code", record->error ? img_code_name(record->error->code) : NULL);
    if (record->stamp)
        put_stamp(out, record->stamp);
    if (record->picture)
        put_picture(out, record->picture);
    img_fields_put_rest(out, record->input, record->metadata || record->debug);
    img_buf_puts(out, "}\n");
}
