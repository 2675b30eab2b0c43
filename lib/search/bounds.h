/* A query against reduced rows: how high and how low its score with a row can be. Not public. */
#ifndef IMG_SEARCH_BOUNDS_H
#define IMG_SEARCH_BOUNDS_H

#include "search/reduced.h"

/* For cosine, the query is taken at unit length. */
struct img_reduced_query {
    bool usable; /* zeroed: has no bounds */
    double norm, mean_dot;
    float step;
    /* A dot product is off by at most constant + reach * by_reach + error * by_error. */
    double constant, by_reach, by_error;
};

/* Writes the query's codes [depth]. It is not usable when it is not finite, zero, or, but for cosine,
 * too long or too short a vector for bounds; codes are zero then. */
void img_reduced_ask(const struct img_reduced *reduced, enum img_metric metric, const float *query,
                     struct img_reduced_query *asked, int16_t *codes);

/* Bounds of the score of row in_block, given the sum of codes. */
void img_reduced_bounds(const struct img_reduced_query *asked, enum img_metric metric,
                        const struct img_reduced_rows *rows, size_t in_block, int32_t sum,
                        double *lower, double *upper);

/* The terms of struct img_sift for a query in lane `lane` of a panel: they let through every row
 * whose score may be at least `least`. For a query that is not usable they let through none. */
void img_reduced_terms(const struct img_reduced_query *asked, enum img_metric metric, double least,
                       float *terms, size_t lane);

#endif
