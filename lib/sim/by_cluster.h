/* Rows by their clusters, and clusters by their size. */
#ifndef IMG_SIM_BY_CLUSTER_H
#define IMG_SIM_BY_CLUSTER_H

#include "sim/kmeans.h"

struct img_by_cluster {
    size_t *first; /* [k + 1] where each cluster's rows begin in rows */
    size_t *rows;  /* all rows that are in a cluster, in their order within each */
};

/* Free with img_by_cluster_clear(), also after a failure. Fails with OUT_OF_MEMORY. */
IMG_CHECKED bool img_by_cluster_make(struct img_by_cluster *groups, const struct img_kmeans *found,
                                     size_t count, struct img_err *err);

void img_by_cluster_clear(struct img_by_cluster *groups);

/* Numbers the clusters anew: the largest is 0, of equals the one with the first row comes first.
 * Those of less than min_size rows are none: their rows belong to no cluster (SIZE_MAX). The
 * centres are not kept. Fails with OUT_OF_MEMORY. */
IMG_CHECKED bool img_by_cluster_renumber(struct img_kmeans *found, size_t count, size_t min_size,
                                         struct img_err *err);

#endif
