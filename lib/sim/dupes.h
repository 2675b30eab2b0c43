/* Groups of pictures that are copies of each other, or alike, by how sure that is. */
#ifndef IMG_SIM_DUPES_H
#define IMG_SIM_DUPES_H

#include "sim/context.h"
#include "sim/dupes_groups.h"
#include "sim/preview.h"

struct img_sim_dupes_options {
    enum img_tier tier; /* the weakest that is wanted */
    double threshold;   /* cosine of what is similar */
    bool preview;       /* thumbnails in a table */
    enum img_preview_protocol protocol;
};

/* Fails as img_sim_open_source() and img_pairs_find() do. */
IMG_CHECKED bool img_sim_dupes(const struct img_sim_context *context,
                               const struct img_sim_dupes_options *options, struct img_err *err);

#endif
