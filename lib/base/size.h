/* Checked size arithmetic: a product or sum of sizes that came from a file goes through here. */
#ifndef IMG_BASE_SIZE_H
#define IMG_BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>

/* *out = a * b; false when it does not fit. */
static inline bool img_size_mul(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

/* *out = a + b; false when it does not fit. */
static inline bool img_size_add(size_t a, size_t b, size_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

/* n rounded up to a multiple of step (a power of two); n must leave room for it. */
static inline size_t img_size_align(size_t n, size_t step)
{
    return (n + step - 1) & ~(step - 1);
}

#endif
