/* records.jsonl and where its lines begin. offsets.u64 (little-endian, one a row) is derived: what
 * does not fit is made anew. Not public. */
#ifndef IMG_COLLECTION_ROWS_H
#define IMG_COLLECTION_ROWS_H

#include "collection/appender.h"

/* Zeroed is closed. */
struct img_rows {
    int folder; /* the caller's */
    uint64_t count;
    struct img_appender records, offsets;
};

/* Opens both files; changes nothing that counts. Fails with OUTPUT, or with BAD_RECORD when
 * records.jsonl is too short or its last line is not whole. */
IMG_CHECKED bool img_rows_open(struct img_rows *rows, int folder, uint64_t count,
                               uint64_t records_bytes, struct img_err *err);

/* Cuts off what lies behind; makes the offsets anew unless they fit. Fails with OUTPUT, or with
 * BAD_RECORD when there are not count lines. */
IMG_CHECKED bool img_rows_begin(struct img_rows *rows, struct img_err *err);

/* Makes the offsets anew. */
IMG_CHECKED bool img_rows_rebuild(struct img_rows *rows, struct img_err *err);

/* A row's line, newline included, valid until the next call. Fails with OUTPUT, or with BAD_RECORD
 * when the offsets do not lead to one line. */
IMG_CHECKED bool img_rows_line(struct img_rows *rows, uint64_t row, const char **line, size_t *len,
                               struct img_err *err);
IMG_CHECKED bool img_rows_append(struct img_rows *rows, const char *line, size_t len,
                                 struct img_err *err);
IMG_CHECKED bool img_rows_flush(struct img_rows *rows, struct img_err *err);
IMG_CHECKED bool img_rows_sync(struct img_rows *rows, struct img_err *err);
void img_rows_close(struct img_rows *rows);

#endif
