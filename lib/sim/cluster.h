/* img-sim cluster: what is alike, together. */
#ifndef IMG_SIM_CLUSTER_H
#define IMG_SIM_CLUSTER_H

#include "sim/context.h"
#include "sim/preview.h"

struct img_sim_cluster_options {
    const char *k;     /* a number, or "auto"; NULL: auto */
    double threshold;  /* components instead, of rows at least that alike; NaN: not wanted */
    int64_t seed;
    size_t min_size;   /* smaller clusters are none; 0, 1: all are */
    bool groups;       /* a record a cluster, not one a row */
    const char *where; /* a filter on records; NULL: none */
    bool preview;      /* thumbnails in a table */
    enum img_preview_protocol protocol;
};

/* Writes a record a row, in the rows' order, or a record a cluster, the largest first. Fails
 * with USAGE (k above the number of rows, …) and as the source does. */
IMG_CHECKED bool img_sim_cluster(const struct img_sim_context *context,
                                 const struct img_sim_cluster_options *options,
                                 struct img_err *err);

#endif
