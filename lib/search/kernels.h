/* The arithmetic of searching, once for each instruction set, the same bits from each.
 *
 * In double precision, by which scores are defined: element i of two vectors goes to lane i mod 8;
 * a lane is a chain of fused multiply-adds from +0 upwards, and the lanes fold as ((0+4)+(2+6)) +
 * ((1+5)+(3+7)). A product of two float32 is exact in double, a difference is rounded once.
 *
 * In integers, by which rows are sifted: sums of products of 8-bit codes and 16-bit queries, which
 * the caller keeps within 32 bits; so there is nothing to define. */
#ifndef IMG_SEARCH_KERNELS_H
#define IMG_SEARCH_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Queries in doubles and codes are padded with zeros to whole multiples of these. */
enum { IMG_SEARCH_LANES = 8, IMG_CODE_STEP = 64, IMG_CODE_PANEL = 16, IMG_SIFT_TERMS = 5 };

/* Sums over the dimension for every pair of a row and a query. */
struct img_search_product {
    const double *queries; /* [query_count, query_stride], padded to whole lanes */
    size_t query_stride, query_count;
    const float *rows; /* [row_count, dimension] */
    size_t row_count, dimension;
    double *out; /* [query_count, out_stride], a row's sum in its column */
    size_t out_stride;
};

/* Integer sums for every pair of a row and a query of panels of 16. */
struct img_code_product {
    const int16_t *rows; /* [row_count, depth], widened codes */
    size_t row_count, depth;
    const int16_t *panels; /* [panel_count, depth / 2, 16, 2]: two elements of each query in turn */
    size_t panel_count;
    int32_t *out; /* [row_count, 16 * panel_count] */
};

/* For every pair of a row and a query of panels, whether
 *
 *   terms[0] + weight terms[1] + reach terms[2] + error terms[3] + (sum scale) terms[4] >= 0
 *
 * in float32, each step of the sum fused. What the numbers are, bounds.h says. */
struct img_sift {
    const int32_t *sums; /* [row_count, panel_count, 16] */
    size_t row_count, panel_count;
    const float *scales, *reaches, *errors, *weights; /* [row_count] */
    const float *terms;                               /* [panel_count, 5, 16] */
    uint16_t *masks; /* [row_count, panel_count], a bit a query, lowest first */
};

struct img_search_kernels {
    const char *name; /* scalar, avx2, avx512, avx512vnni, neon */

    /* Of two float32 vectors [n], neither padded: the same sums. */
    double (*dot)(const float *a, const float *b, size_t n);
    double (*gap)(const float *a, const float *b, size_t n);

    void (*dots)(const struct img_search_product *p);
    void (*gaps)(const struct img_search_product *p); /* squared distances */
    void (*squares)(const float *rows, size_t row_count, size_t dimension, double *out);

    /* out[i] [row_count]: sums of query[i] [depth] with codes [row_count, depth], depth a multiple of
     * 64; query[1] may be NULL. */
    void (*codes)(const int16_t *const query[2], const int8_t *codes, size_t row_count,
                  size_t depth, int32_t *const out[2]);
    void (*code_products)(const struct img_code_product *p);
    void (*widen)(const int8_t *codes, size_t n, int16_t *out); /* n a multiple of 64 */
    void (*sift)(const struct img_sift *s);
};

/* The sets this build has, slowest (the scalar one) to fastest, NULL at the end. */
const struct img_search_kernels *const *img_search_kernels_built(void);

/* True when this processor and its operating system can run the set. */
bool img_search_kernels_run_here(const struct img_search_kernels *kernels);

/* True when the set gives the scalar set's bits on a small example of every operation. */
bool img_search_kernels_check(const struct img_search_kernels *kernels);

/* The fastest set that runs here and passes its check; with a name, that set or NULL. */
const struct img_search_kernels *img_search_kernels_choose(const char *name);

/* The same; NULL with SYSTEM set when there is none. */
const struct img_search_kernels *img_search_kernels_need(const char *name, struct img_err *err);

#endif
