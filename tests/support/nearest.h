/* Test support: vectors to search, and what a brute force in double precision finds in them. */
#ifndef IMG_TESTS_NEAREST_H
#define IMG_TESTS_NEAREST_H

#include "search/search.h"

/* Numbers near a normal distribution, [n], the same for the same seed. */
void nearest_fill(float *x, size_t n, uint64_t seed);

/* count vectors of unit length around `centres` random ones, a vector's spread in between. */
void nearest_clusters(float *x, size_t count, size_t dimension, size_t centres, double spread,
                      uint64_t seed);

/* What a search of options for request must give, from img_score alone. */
void nearest_brute(const struct img_search_options *options,
                   const struct img_search_request *request, struct img_hit *hits, size_t *found);

/* Opens a search, asks, closes it; NULL when it gives just the hits wanted, else what differs, in a
 * static buffer. */
const char *nearest_differs(const struct img_search_options *options,
                            const struct img_search_request *request,
                            const struct img_hit *wanted, const size_t *wanted_found);

/* Holds a search to the brute force for every metric, kernel, and some numbers of threads. Returns as
 * nearest_differs does. */
const char *nearest_differs_anywhere(const struct img_search_options *options,
                                     const struct img_search_request *request);

#endif
