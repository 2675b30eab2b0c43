/* A file that only grows: what is appended is gathered, written in large pieces at known places,
 * and can be read back wherever it is. Not public. */
#ifndef IMG_COLLECTION_APPENDER_H
#define IMG_COLLECTION_APPENDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Zeroed, with fd -1, is closed. */
struct img_appender {
    int fd;
    const char *name;
    uint64_t written; /* bytes in the file; what is pending comes behind */
    struct img_buf pending;
    bool unsynced;
    char *window; /* the part of the file that was read last */
    uint64_t window_at;
    size_t window_len, window_cap;
};

/* Opens name in folder, or makes it. Nothing is changed yet. Fails with OUTPUT, or with BAD_RECORD
 * when the file is shorter than len. name must outlive it. */
IMG_CHECKED bool img_appender_open(struct img_appender *file, int folder, const char *name,
                                   uint64_t len, struct img_err *err);

/* Cuts the file off behind len, which must not be more than it was opened with. */
IMG_CHECKED bool img_appender_cut(struct img_appender *file, uint64_t len, struct img_err *err);

IMG_CHECKED bool img_appender_put(struct img_appender *file, const void *bytes, size_t len,
                                  struct img_err *err);
uint64_t img_appender_len(const struct img_appender *file);

/* Hands everything to the system; then sync makes it durable (nothing when nothing was written). */
IMG_CHECKED bool img_appender_flush(struct img_appender *file, struct img_err *err);
IMG_CHECKED bool img_appender_sync(struct img_appender *file, struct img_err *err);

/* *bytes [len] from offset, valid until the next call. Fails with OUTPUT, OUT_OF_MEMORY or
 * BAD_RECORD (beyond the end). */
IMG_CHECKED bool img_appender_get(struct img_appender *file, uint64_t offset, size_t len,
                                  const char **bytes, struct img_err *err);
void img_appender_close(struct img_appender *file);

#endif
