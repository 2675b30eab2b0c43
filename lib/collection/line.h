/* What a collection itself needs of a record's line: which path it is of, how it was preprocessed,
 * and what the file looked like. Not public. */
#ifndef IMG_COLLECTION_LINE_H
#define IMG_COLLECTION_LINE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

/* Zeroed is empty and can be read into again and again; its memory is kept until it is cleared. */
struct img_line {
    struct img_buf path; /* as the file system has it: image_path_base64, else image_path; empty
                            when there is none or null */
    struct img_buf exact;
    struct img_buf preprocessing; /* the digits; empty when there are none */
    struct img_stamp stamp;
    bool has_stamp; /* "file" with all five numbers */
    struct img_buf scratch;
};

/* Walks the object without a tree; the last of equal keys counts. Fails with BAD_RECORD when the
 * line is no JSON object, or OUT_OF_MEMORY. */
IMG_CHECKED bool img_line_read(struct img_line *line, const char *text, size_t len,
                               struct img_err *err);

bool img_line_is(const struct img_line *line, const char *path, size_t path_len);
void img_line_clear(struct img_line *line);

#endif
