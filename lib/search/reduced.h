/* Vectors in 8 bits an element, with what is needed to bound how far that leads astray.
 *
 * A row x is kept as mean + scale * code, code in [-127, 127], mean that of some rows; `error` is at
 * least the length of what that leaves of x, `reach` that of scale * code, `norm` the length of x to
 * float32. A query y is taken as step * code with at most img_reduced_levels steps, which leaves a
 * rest of at most the length `rest`. Then, by Cauchy and Schwarz,
 *
 *   | x·y - (mean·y + scale step Σ code code) |  <=  reach * rest + error * |y|
 *
 * and what is lost to rounding, here and in the double-precision score, is below the 2^-18 part of
 * |y| (|mean| + reach + error) that bounds.c adds. Rows that have no such bounds (not finite, zero,
 * or longer or shorter than 2^±30) have error = infinity. Not public. */
#ifndef IMG_SEARCH_REDUCED_H
#define IMG_SEARCH_REDUCED_H

#include "search/kernels.h"
#include "search/search.h"

enum { IMG_REDUCED_BLOCK = 1024, IMG_REDUCED_DIMENSION_MAX = 1 << 16 };
#define IMG_REDUCED_NORM_MAX 0x1p30
#define IMG_REDUCED_NORM_MIN 0x1p-30

/* Of a block of rows; behind it follow their codes [rows, depth]. */
struct img_reduced_rows {
    float scale[IMG_REDUCED_BLOCK], error[IMG_REDUCED_BLOCK], reach[IMG_REDUCED_BLOCK],
        norm[IMG_REDUCED_BLOCK];
    uint32_t check[IMG_REDUCED_BLOCK]; /* of codes, row number and the numbers above */
};

/* Zeroed is none. */
struct img_reduced {
    size_t count, dimension, depth; /* depth: dimension rounded up to whole code steps */
    const float *mean;              /* [dimension] */
    double mean_norm;               /* at least its length */
    int16_t *key;                   /* [depth], by which codes are checked */
    const unsigned char *blocks;
};

/* Sizes and the key; the mean stays the caller's. count 0 and no error where the dimension is beyond
 * what 32 bits can sum. Fails with OUT_OF_MEMORY. */
IMG_CHECKED bool img_reduced_init(struct img_reduced *reduced, size_t count, size_t dimension,
                                  const float *mean, struct img_err *err);
void img_reduced_clear(struct img_reduced *reduced);

/* The mean [dimension] of at most some thousand rows, evenly spread; not finite rows are left out. */
void img_reduced_mean(const float *vectors, size_t count, size_t dimension, float *mean);

size_t img_reduced_depth(size_t dimension);
/* Most steps of a query's or key's element: sums with codes stay within 32 bits. */
int img_reduced_levels(size_t depth);

/* Bytes of count rows as blocks; false when they do not fit. */
IMG_CHECKED bool img_reduced_size(size_t count, size_t depth, size_t *size);

/* Writes block number `block` of vectors; *size bytes of out, which has room for a whole block. */
void img_reduced_make(const struct img_reduced *reduced,
                      const struct img_search_kernels *kernels, const float *vectors, size_t block,
                      unsigned char *out, size_t *size);

static inline const struct img_reduced_rows *img_reduced_rows_of(const struct img_reduced *reduced,
                                                                 size_t block)
{
    size_t size = sizeof(struct img_reduced_rows) + IMG_REDUCED_BLOCK * reduced->depth;
    return (const void *)(reduced->blocks + block * size);
}

static inline const int8_t *img_reduced_codes_of(const struct img_reduced_rows *rows)
{
    return (const void *)(rows + 1);
}

/* What a row's check must be, given the sum of its codes with the key. */
uint32_t img_reduced_check(const struct img_reduced_rows *rows, size_t in_block, size_t row,
                           int32_t sum);

#endif
