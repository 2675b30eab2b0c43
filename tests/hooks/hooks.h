/* What a healthy picture looks like for img-decode-hooks. */
#ifndef IMG_TESTS_HOOKS_H
#define IMG_TESTS_HOOKS_H

#include <stddef.h>
#include <stdint.h>

static inline uint8_t hooks_pixel(const uint8_t *bytes, size_t len, size_t i)
{
    size_t at = len > 0 ? i * 7919 % len : 0;
    return (uint8_t)((len > 0 ? bytes[at] : 0) + i);
}

#endif
