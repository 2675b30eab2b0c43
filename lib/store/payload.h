/* A record as a point: read from its line, checked, and written as the payload that goes beside its
 * vector; and back. */
#ifndef IMG_STORE_PAYLOAD_H
#define IMG_STORE_PAYLOAD_H

#include "base/arena.h"
#include "base/buf.h"
#include "json/scan.h"
#include "store/point_id.h"

enum img_stored_kind {
    IMG_STORED_PATH,    /* a picture's file */
    IMG_STORED_CONTENT, /* a text, or bytes that no file is known of: known by image_id */
    IMG_STORED_FAILED,  /* its error is set: not to be stored */
};

struct img_stored_record {
    enum img_stored_kind kind;
    struct img_json_object object; /* points into the line */
    const char *path;              /* exactly as the file is called; NULL: none */
    size_t path_len;
    const char *image_id, *fingerprint, *model_name; /* NULL: not said */
    bool normalized;
    const float *vector; /* [dimension], finite */
    size_t dimension;
};

/* Reads a line. vector [dimension] is given where the line has none (a collection's row), else
 * NULL. Whatever record refers to lives in arena and line. A failed record has kind FAILED and
 * perhaps a path. Fails with BAD_RECORD: no embedding, no model_fingerprint, neither a path nor
 * image_id. */
IMG_CHECKED bool img_stored_read(const char *line, size_t len, const float *vector,
                                 size_t dimension, struct img_arena *arena,
                                 struct img_stored_record *record, struct img_err *err);

enum { IMG_STORED_DIGEST = 17 };

/* Appends the payload: the record without its vector, and "img_tools": what img-store needs to know
 * of the point: digest (of vector and record without what differs from run to run), root (NULL:
 * none) and location, {lat, lon} out of gps_info. A vector other than the record's own has been
 * normalised, and the payload says so. digest gets the digest. */
void img_stored_put_payload(struct img_buf *out, const struct img_stored_record *record,
                            const float *vector, const char *root, char digest[IMG_STORED_DIGEST]);

/* Appends a record line, '\n' included, out of a payload and a vector (NULL: without "embedding"):
 * keys in the contract's order, whatever the server made of it. as_row: as a collection's row,
 * which has a "file" and, where no file is known, no path. */
void img_stored_put_record(struct img_buf *out, const struct img_json_object *payload,
                           const float *vector, size_t dimension, bool base64, bool as_row);

/* Appends the record, '\n' included, of a point or record that could not be stored. */
void img_stored_put_failed(struct img_buf *out, const struct img_json_object *record,
                           const struct img_err *why);

#endif
