/* From sums to scores. Not public. */
#ifndef IMG_SEARCH_SCORE_H
#define IMG_SEARCH_SCORE_H

#include <math.h>

#include "search/kernels.h"
#include "search/search.h"

/* sum: the dot product, for the Euclidean metric the squared distance; the squares only matter to
 * cosine, which rounding never takes beyond 1. NaN where there is no score: a sum is finite exactly
 * when all elements are, since float32 products cannot overflow a double. */
static inline double img_score_of(enum img_metric metric, double sum, double square_a,
                                  double square_b)
{
    if (!isfinite(sum))
        return NAN;
    if (metric == IMG_METRIC_EUCLIDEAN)
        return 0.0 - sqrt(sum);
    if (metric == IMG_METRIC_DOT)
        return sum;
    if (!(square_a > 0) || !(square_b > 0))
        return NAN;
    return fmax(-1.0, fmin(1.0, sum / sqrt(square_a * square_b)));
}

/* square_b: of b, as kernels->dot gives it; only cosine looks at it. */
double img_score_pair(const struct img_search_kernels *kernels, const float *a, const float *b,
                      double square_b, size_t dimension, enum img_metric metric);

#endif
