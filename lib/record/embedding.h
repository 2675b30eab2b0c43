/* Embedding records (the mission's ImageEmbeddingResult): one line for every input, also for one
 * that failed. */
#ifndef IMG_RECORD_EMBEDDING_H
#define IMG_RECORD_EMBEDDING_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "json/scan.h"
#include "record/metadata.h"

/* What a collection keeps of a picture besides, to find copies of it. */
struct img_picture_record {
    uint32_t width, height; /* as stored */
    uint32_t shrink;        /* it was decoded at 1/shrink */
    const struct img_id *pixels_hash;
    const unsigned char *perceptual_hash; /* [32] */
};

struct img_embedding_record {
    bool is_text;           /* "text" takes the place of "image_path", and there is no
                               "preprocessing" */
    const char *image_path; /* "-" for bytes on stdin; NULL: null (image_base64) */
    size_t image_path_len;
    const char *text;
    size_t text_len;
    const struct img_id *image_id; /* NULL: null (the bytes could not be read) */
    const float *embedding;        /* [dimension], NULL: null */
    bool base64;                   /* as little-endian float32 in base64 */
    const char *model_name;        /* these four: NULL is null */
    const char *model_fingerprint;
    const char *preprocessing;
    const char *precision;
    size_t dimension; /* 0: null */
    bool normalized;
    bool has_confidence; /* else null */
    double confidence;   /* written to 4 decimals */
    bool low_quality;    /* written only when true */
    double processing_time; /* seconds, written to 6 decimals */
    bool cached;
    const struct img_metadata_record *metadata; /* NULL: not asked for */
    bool debug;                                 /* "debug_logs" are wanted, though there be none */
    const struct img_log_line *logs;
    size_t log_count;
    bool row; /* a collection's: no "embedding", "processing_time" and "cached" … */
    const struct img_stamp *stamp; /* … and "file", the file's stamp, where there is one, … */
    const struct img_picture_record *picture; /* … and "picture", likewise */
    const struct img_err *error;         /* NULL: null; else embedding must be NULL */
    /* The record this input came in, or NULL: its unknown fields follow ours, in their order, byte
     * for byte; its "metadata" is kept unless this record writes one. */
    const struct img_json_object *input;
};

/* Appends the line, '\n' included: compact, keys in the contract's order, always valid JSON. */
void img_embedding_put(struct img_buf *out, const struct img_embedding_record *record);

/* Appends a vector as records hold it: an array, or little-endian float32 in base64. */
void img_embedding_put_vector(struct img_buf *out, const float *values, size_t count, bool base64);

#endif
