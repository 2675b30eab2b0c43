/* One bit a row, growing: 125 kB a million rows. Zeroed is empty. Not public. */
#ifndef IMG_COLLECTION_BITS_H
#define IMG_COLLECTION_BITS_H

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct img_bits {
    unsigned char *bytes;
    size_t size;
};

static inline bool img_bits_get(const struct img_bits *bits, size_t at)
{
    return at / 8 < bits->size && (bits->bytes[at / 8] >> (at % 8) & 1) != 0;
}

/* Fails with OUT_OF_MEMORY. */
IMG_CHECKED static inline bool img_bits_set(struct img_bits *bits, size_t at, struct img_err *err)
{
    if (at / 8 >= bits->size) {
        size_t size = at / 4 + 64;
        unsigned char *bytes = realloc(bits->bytes, size);
        if (!bytes)
            return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu rows", at);
        memset(bytes + bits->size, 0, size - bits->size);
        bits->bytes = bytes;
        bits->size = size;
    }
    bits->bytes[at / 8] = (unsigned char)(bits->bytes[at / 8] | 1u << (at % 8));
    return true;
}

static inline void img_bits_clear(struct img_bits *bits)
{
    free(bits->bytes);
    *bits = (struct img_bits){0};
}

#endif
