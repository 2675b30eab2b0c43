/* Labels by example: a folder a label, which is the mean direction of the pictures in it. */
#ifndef IMG_SIM_CENTROID_H
#define IMG_SIM_CENTROID_H

#include "sim/context.h"
#include "sim/labels.h"

/* The folders below folder, sorted by name, as labels: names and, in *vectors [count,
 * dimension], the mean directions of their pictures (files at any depth, embedded by the model,
 * which must be open). All lives in arena. A picture that fails is reported and counts as
 * failed. Fails with USAGE when the folder cannot be read, has no folder in it, or one has no
 * picture that can be embedded; also after a signal (err is IMG_OK then). */
IMG_CHECKED bool img_centroids_make(const struct img_sim_context *context, const char *folder,
                                    struct img_arena *arena, struct img_labels *labels,
                                    const float **vectors, struct img_err *err);

#endif
