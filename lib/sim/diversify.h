/* Maximal marginal relevance (Carbonell and Goldstein, 1998): hits that are near the query and
 * not near each other. */
#ifndef IMG_SIM_DIVERSIFY_H
#define IMG_SIM_DIVERSIFY_H

#include "sim/find.h"

/* How many candidates k results are chosen from. */
size_t img_sim_diversify_pool(size_t k);

/* Puts k of the results [n], best first, in front, in the order they are chosen: the first is
 * the best; each next has the greatest (1 - diversity) * its score - diversity * its greatest
 * score with one chosen before. Equal ones keep their order. Fails with OUT_OF_MEMORY. */
IMG_CHECKED bool img_sim_diversify(struct img_sim_result *results, size_t n, size_t k,
                                   size_t dimension, enum img_metric metric, double diversity,
                                   struct img_err *err);

#endif
