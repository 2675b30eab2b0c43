/* Complete-link clustering: in a cluster any two are similar enough, so that a chain of small
 * steps does not swallow everything. */
#ifndef IMG_SIM_LINK_H
#define IMG_SIM_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Two that are similar enough, a < b. Each pair once at most. */
struct img_link {
    uint32_t a, b;
    double score;
};

/* Merges, the best first, those clusters all of whose pairs are there: what agglomerative
 * complete-link clustering gives when it is cut at the threshold that the pairs have. Equal
 * scores are taken by a, then by b. Sorts links [n]. of [count] becomes the lowest member of
 * each one's cluster, and least [count], at a lowest member, its smallest score (untouched for
 * clusters of one). Fails with OUT_OF_MEMORY. */
IMG_CHECKED bool img_link_complete(struct img_link *links, size_t n, uint32_t *of, double *least,
                                   size_t count, struct img_err *err);

#endif
