/* The one step of a search that knows where the vectors lie: queries in, hits out. Another back end takes
 * the place of this. */
#ifndef IMG_SIM_FIND_H
#define IMG_SIM_FIND_H

#include "search/search.h"
#include "sim/context.h"

struct img_sim_find; /* a source's parts, ready to be searched */

/* source must outlive it. Fails as img_search_open() does. */
IMG_CHECKED bool img_sim_find_open(struct img_sim_find **find, const struct img_sim_context *context,
                                   const struct img_sim_source *source, struct img_err *err);

/* As img_search_top(), over all parts; request->skip is not looked at, but the source's. Rows are the
 * source's. */
IMG_CHECKED bool img_sim_find_top(struct img_sim_find *find,
                                  const struct img_search_request *request, struct img_hit *hits,
                                  size_t *found, struct img_err *err);

/* A row's vector. */
const float *img_sim_find_vector(const struct img_sim_find *find, size_t row);

void img_sim_find_close(struct img_sim_find *find);

#endif
