/* A growing byte buffer with a ceiling.
 *
 * Appending never reports at once: a failed append (ceiling or memory) makes the buffer `failed`,
 * later appends do nothing, and one img_buf_ok() at the end tells. So writing a record is a list
 * of appends and one check. data is NUL-terminated whenever it is not NULL. */
#ifndef IMG_BASE_BUF_H
#define IMG_BASE_BUF_H

#include <stddef.h>

#include "base/err.h"

struct img_buf {
    char *data;
    size_t len;
    size_t cap;
    size_t limit; /* most bytes it may hold; 0 means IMG_BUF_LIMIT */
    bool failed;
};

#define IMG_BUF_LIMIT ((size_t)1 << 30)

void img_buf_put(struct img_buf *buf, const void *bytes, size_t len);
void img_buf_puts(struct img_buf *buf, const char *text);
void img_buf_putc(struct img_buf *buf, char c);
void img_buf_printf(struct img_buf *buf, const char *fmt, ...) IMG_PRINTF(2, 3);

/* Room for extra more bytes behind len, to be filled by the caller, who then adds to len. NULL when
 * there is none (the buffer is then failed). */
IMG_CHECKED char *img_buf_room(struct img_buf *buf, size_t extra);

/* False with OUT_OF_MEMORY when any append since the last reset failed. */
IMG_CHECKED bool img_buf_ok(const struct img_buf *buf, struct img_err *err);

/* Empties it and keeps the memory. */
void img_buf_reset(struct img_buf *buf);

/* Frees the memory; the buffer is empty and usable again. */
void img_buf_clear(struct img_buf *buf);

#endif
