/* Groups of duplicates in the forms that img-sim writes. */
#ifndef IMG_SIM_DUPES_SHOW_H
#define IMG_SIM_DUPES_SHOW_H

#include "sim/context.h"
#include "sim/draw.h"
#include "sim/dupes_groups.h"

/* "identical", "same_pixels", "same_picture", "similar", then NULL. */
extern const char *const img_tier_names[];

/* Appends a group, whose number is from 1, in a table with what draw draws. Fails with
 * BAD_RECORD or OUT_OF_MEMORY. */
IMG_CHECKED bool img_dupes_put(struct img_buf *out, enum img_sim_form form,
                               const struct img_sim_source *source, const struct img_dupes *dupes,
                               const struct img_dupes_group *group, size_t number,
                               struct img_sim_draw *draw, struct img_err *err);

#endif
