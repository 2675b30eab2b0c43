/* Leaving out rows whose records a filter does not hold for. */
#ifndef IMG_SIM_FILTER_H
#define IMG_SIM_FILTER_H

#include "query/where.h"
#include "sim/context.h"

/* Parses what --where says; a fault is pointed at. Fails with USAGE. */
IMG_CHECKED bool img_sim_parse_where(const struct img_sim_context *context, const char *text,
                                     struct img_arena *arena, struct img_where *where,
                                     struct img_err *err);

/* Has the other rows of an unjoined source be skipped, looking at every record's line, on several
 * threads. Fails with BAD_RECORD, or err IMG_OK after a signal. */
IMG_CHECKED bool img_sim_filter(const struct img_sim_context *context,
                                struct img_sim_source *source, const struct img_where *where,
                                struct img_err *err);

#endif
