/* Eight 32-bit integers at once, and functions compiled for AVX2 besides. Only for integers, whose
 * arithmetic is exact: the instruction set cannot change a bit. */
#ifndef IMG_IMAGE_LANES_H
#define IMG_IMAGE_LANES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
#define IMG_FAST __attribute__((target_clones("avx2", "default")))
#else
#define IMG_FAST
#endif

enum { IMG_LANES = 8 };

typedef int32_t img_lanes __attribute__((vector_size(4 * IMG_LANES)));
typedef uint16_t img_lane_words __attribute__((vector_size(2 * IMG_LANES)));

/* Eight words: compilers turn bytes into integers one by one. */
static inline void img_lanes_load(img_lanes *lanes, const uint16_t *words)
{
    img_lane_words eight;
    memcpy(&eight, words, sizeof eight);
    *lanes = __builtin_convertvector(eight, img_lanes);
}

/* Bytes to words. */
static inline void img_lanes_widen(const uint8_t *bytes, size_t count, uint16_t *words)
{
    enum { BLOCK = 32 };
    size_t i = 0;
    for (; count - i >= BLOCK; i += BLOCK)
        for (size_t lane = 0; lane < BLOCK; lane++)
            words[i + lane] = bytes[i + lane];
    for (; i < count; i++)
        words[i] = bytes[i];
}

static inline int64_t img_lanes_sum(const img_lanes *lanes)
{
    int64_t sum = 0;
    for (int i = 0; i < IMG_LANES; i++)
        sum += (*lanes)[i];
    return sum;
}

#endif
