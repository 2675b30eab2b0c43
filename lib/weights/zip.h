/* A zip container whose members are stored, not compressed, as PyTorch writes its checkpoints:
 * members are used in place. Zip64 and data descriptors are read, encryption is refused.
 *
 * Specification: PKWARE's APPNOTE. Member checksums are not verified (they would cost a pass over
 * hundreds of megabytes; the values are checked to be finite later). */
#ifndef IMG_WEIGHTS_ZIP_H
#define IMG_WEIGHTS_ZIP_H

#include <stddef.h>

#include "base/err.h"

enum { IMG_ZIP_ENTRIES_MAX = 200000 };

struct img_zip_entry {
    const char *name; /* name_len bytes, not NUL-terminated */
    size_t name_len;
    const unsigned char *data;
    size_t size;
};

/* Zeroed is closed. */
struct img_zip {
    struct img_zip_entry *entries; /* sorted by name */
    size_t count;
};

/* The members point into bytes[size]. Fails with MODEL_INVALID or OUT_OF_MEMORY. */
IMG_CHECKED bool img_zip_open(struct img_zip *zip, const unsigned char *bytes, size_t size,
                              struct img_err *err);

/* NULL when there is none of that name. */
const struct img_zip_entry *img_zip_find(const struct img_zip *zip, const char *name, size_t len);

void img_zip_close(struct img_zip *zip);

#endif
