/* Input records: one JSON object a line that names a picture, holds one, or holds a text. */
#ifndef IMG_RECORD_READ_H
#define IMG_RECORD_READ_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "json/scan.h"

enum { IMG_RECORD_LINE_MAX = 512 << 20 }; /* bytes; a picture of 384 MiB in base64 */

enum img_record_kind {
    IMG_RECORD_PATH,   /* path: from image_path_base64, else image_path */
    IMG_RECORD_BYTES,  /* bytes: from image_base64 */
    IMG_RECORD_TEXT,   /* text */
    IMG_RECORD_FAILED, /* its error is set: passes unchanged and counts as failed */
};

struct img_input_record {
    enum img_record_kind kind;
    const char *path; /* NUL-terminated, no NUL inside; "" when there is none */
    size_t path_len;
    const unsigned char *bytes;
    size_t bytes_len;
    const char *text; /* valid UTF-8, may hold U+0000 */
    size_t text_len;
    struct img_json_object object; /* all members, for the fields that are to be copied; points into
                                      the line */
};

/* What record refers to lives in arena and in line. The first of image_path_base64, image_path,
 * image_base64 and text that is there and not null counts. Fails with BAD_RECORD or OUT_OF_MEMORY;
 * put the line's number in front. */
IMG_CHECKED bool img_record_read(const char *line, size_t len, struct img_arena *arena,
                                 struct img_input_record *record, struct img_err *err);

/* What a record is of: name [*len], NUL-terminated, in arena, is its path as the file system has
 * it (is_path; "-" too), else its text; NULL when it has neither. Fails with BAD_RECORD or
 * OUT_OF_MEMORY. */
IMG_CHECKED bool img_record_name(const struct img_json_object *object, struct img_arena *arena,
                                 const char **name, size_t *len, bool *is_path,
                                 struct img_err *err);

/* The "embedding" of a record, array or base64: values [count] in arena, finite, at least one.
 * Fails with BAD_RECORD when there is none. */
IMG_CHECKED bool img_record_embedding(const struct img_json_object *object,
                                      struct img_arena *arena, const float **values,
                                      size_t *count, struct img_err *err);

#endif
