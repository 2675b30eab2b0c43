/* Making the 8-bit copy of vectors. */
#include "search/reduced.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"

enum { CODE_MAX = 127, LEVELS_MAX = 16255, MEAN_ROWS = 4096 };

/* More than what is lost in computing a length in double precision. */
#define LENGTH_SLACK (1 + 0x1p-20)

size_t img_reduced_depth(size_t dimension)
{
    return img_size_align(dimension, IMG_CODE_STEP);
}

int img_reduced_levels(size_t depth)
{
    size_t levels = INT32_MAX / (128 * (depth ? depth : 1));
    return levels < LEVELS_MAX ? (int)levels : LEVELS_MAX;
}

bool img_reduced_size(size_t count, size_t depth, size_t *size)
{
    size_t blocks = count / IMG_REDUCED_BLOCK + (count % IMG_REDUCED_BLOCK != 0), codes;
    return img_size_mul(blocks, sizeof(struct img_reduced_rows), size) &&
           img_size_mul(count, depth, &codes) && img_size_add(*size, codes, size);
}

bool img_reduced_init(struct img_reduced *reduced, size_t count, size_t dimension,
                      const float *mean, struct img_err *err)
{
    *reduced = (struct img_reduced){0};
    if (dimension == 0 || dimension > IMG_REDUCED_DIMENSION_MAX)
        return true;
    size_t depth = img_reduced_depth(dimension);
    int16_t *key = malloc(depth * sizeof *key);
    if (!key)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a search");
    uint32_t seed = 1, odd = (uint32_t)img_reduced_levels(depth) / 2;
    for (size_t i = 0; i < depth; i++) {
        seed = seed * 1664525u + 1013904223u;
        key[i] = (int16_t)(1 + 2 * (seed >> 8) % (2 * odd)); /* odd: any changed code shows */
    }
    double square = 0;
    for (size_t i = 0; i < dimension; i++)
        square += (double)mean[i] * (double)mean[i];
    *reduced = (struct img_reduced){.count = count, .dimension = dimension, .depth = depth,
                                    .mean = mean, .mean_norm = sqrt(square) * LENGTH_SLACK,
                                    .key = key};
    return true;
}

void img_reduced_clear(struct img_reduced *reduced)
{
    free(reduced->key);
    *reduced = (struct img_reduced){0};
}

static bool in_range(double norm)
{
    return norm >= IMG_REDUCED_NORM_MIN && norm <= IMG_REDUCED_NORM_MAX;
}

static double norm_of(const float *row, size_t n)
{
    double square = 0;
    for (size_t i = 0; i < n; i++)
        square += (double)row[i] * (double)row[i];
    return sqrt(square);
}

void img_reduced_mean(const float *vectors, size_t count, size_t dimension, float *mean)
{
    size_t step = count / MEAN_ROWS + 1, used = 0;
    memset(mean, 0, dimension * sizeof *mean);
    for (size_t r = 0; r < count; r += step)
        used += in_range(norm_of(vectors + r * dimension, dimension));
    /* A float32 sum is good enough: any vector may be the mean. */
    for (size_t r = 0; r < count; r += step) {
        const float *row = vectors + r * dimension;
        if (in_range(norm_of(row, dimension)))
            for (size_t i = 0; i < dimension; i++)
                mean[i] += row[i] / (float)used;
    }
}

/* At least x. */
static float above(double x)
{
    return nextafterf((float)(x * LENGTH_SLACK), INFINITY);
}

static void reduce_row(const struct img_reduced *reduced, const float *row,
                       struct img_reduced_rows *rows, size_t at, int8_t *codes)
{
    size_t n = reduced->dimension;
    const float *mean = reduced->mean;
    double norm = norm_of(row, n), error = 0;
    float largest = 0, scale, inverse;
    int32_t squares = 0;
    memset(codes, 0, reduced->depth);
    if (!in_range(norm)) {
        rows->scale[at] = rows->reach[at] = 0;
        rows->error[at] = INFINITY;
        rows->norm[at] = 1;
        return;
    }
    for (size_t i = 0; i < n; i++)
        largest = fmaxf(largest, fabsf(row[i] - mean[i]));
    scale = largest / CODE_MAX;
    inverse = largest > 0 ? CODE_MAX / largest : 0;
    if (!isfinite(inverse))
        scale = inverse = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t code = (int32_t)lrintf((row[i] - mean[i]) * inverse);
        code = code > CODE_MAX ? CODE_MAX : code < -CODE_MAX ? -CODE_MAX : code;
        double left = (double)row[i] - (double)mean[i] - (double)scale * code;
        error += left * left;
        squares += code * code;
        codes[i] = (int8_t)code;
    }
    rows->scale[at] = scale;
    rows->error[at] = above(sqrt(error));
    rows->reach[at] = above((double)scale * sqrt((double)squares));
    rows->norm[at] = (float)norm;
}

void img_reduced_make(const struct img_reduced *reduced,
                      const struct img_search_kernels *kernels, const float *vectors, size_t block,
                      unsigned char *out, size_t *size)
{
    struct img_reduced_rows *rows = (void *)out;
    int8_t *codes = (void *)(rows + 1);
    size_t first = block * IMG_REDUCED_BLOCK, count = reduced->count - first;
    int32_t sums[IMG_REDUCED_BLOCK];
    if (count > IMG_REDUCED_BLOCK)
        count = IMG_REDUCED_BLOCK;
    memset(rows, 0, sizeof *rows);
    for (size_t r = 0; r < count; r++)
        reduce_row(reduced, vectors + (first + r) * reduced->dimension, rows, r,
                   codes + r * reduced->depth);
    kernels->codes((const int16_t *const[2]){reduced->key}, codes, count, reduced->depth,
                   (int32_t *const[2]){sums});
    for (size_t r = 0; r < count; r++)
        rows->check[r] = img_reduced_check(rows, r, first + r, sums[r]);
    *size = sizeof *rows + count * reduced->depth;
}

uint32_t img_reduced_check(const struct img_reduced_rows *rows, size_t in_block, size_t row,
                           int32_t sum)
{
    uint32_t bits[4];
    memcpy(&bits[0], &rows->scale[in_block], 4);
    memcpy(&bits[1], &rows->error[in_block], 4);
    memcpy(&bits[2], &rows->reach[in_block], 4);
    memcpy(&bits[3], &rows->norm[in_block], 4);
    uint64_t hash = ((uint64_t)bits[0] << 32 | bits[1]) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ hash >> 29 ^ ((uint64_t)bits[2] << 32 | bits[3])) * 0xbf58476d1ce4e5b9u;
    hash = (hash ^ hash >> 32 ^ row) * 0x94d049bb133111ebu;
    return (uint32_t)(hash >> 32) ^ (uint32_t)sum;
}
