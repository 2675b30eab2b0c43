/* The score of a pair of vectors, from any set of kernels. */
#include "search/score.h"

double img_score_pair(const struct img_search_kernels *kernels, const float *a, const float *b,
                      double square_b, size_t dimension, enum img_metric metric)
{
    if (metric == IMG_METRIC_EUCLIDEAN)
        return img_score_of(metric, kernels->gap(a, b, dimension), 0, 0);
    double square_a = metric == IMG_METRIC_COSINE ? kernels->dot(a, a, dimension) : 0;
    return img_score_of(metric, kernels->dot(a, b, dimension), square_a, square_b);
}

double img_score(const float *a, const float *b, size_t dimension, enum img_metric metric)
{
    const struct img_search_kernels *scalar = img_search_kernels_built()[0];
    return img_score_pair(scalar, a, b, scalar->dot(b, b, dimension), dimension, metric);
}
