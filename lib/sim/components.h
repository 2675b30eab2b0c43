/* Clusters without a number of them: rows that are connected through others, each as alike to
 * the next as a threshold says. */
#ifndef IMG_SIM_COMPONENTS_H
#define IMG_SIM_COMPONENTS_H

#include "sim/kmeans.h"

/* Fills out as img_kmeans_run() does, but for the centres: clusters are numbered by their first
 * rows, score is the cosine with the mean direction of the members. Free with
 * img_kmeans_clear(). Fails with OUT_OF_MEMORY, or SYSTEM when stopped. */
IMG_CHECKED bool img_components_find(const struct img_kmeans_input *input, double threshold,
                                     struct img_kmeans *out, struct img_err *err);

#endif
