/* Thumbnails between the lines of a table. */
#ifndef IMG_SIM_DRAW_H
#define IMG_SIM_DRAW_H

#include "sim/context.h"
#include "sim/preview.h"
#include "sim/thumbs.h"

/* Zeroed draws nothing. Must not move once opened. */
struct img_sim_draw {
    bool on;
    struct img_preview preview;
    struct img_thumbs thumbs;
};

/* Draws nothing where the terminal, or standard output, cannot. Fails with USAGE when a way of
 * drawing is asked for by name and there is no table, or as img_thumbs_open() does. */
IMG_CHECKED bool img_sim_draw_open(struct img_sim_draw *draw,
                                   const struct img_sim_context *context,
                                   enum img_preview_protocol asked, struct img_err *err);

/* The thumbnails of paths [count], at most IMG_THUMBS_BATCH, a NULL among them has none; they stay
 * until the next call. NULL when nothing is drawn. */
const struct img_thumb *img_sim_draw_make(struct img_sim_draw *draw, const char *const *paths,
                                          size_t count);

/* Appends one of them, if there is anything to be drawn: thumb may be NULL. */
void img_sim_draw_put(const struct img_sim_draw *draw, const struct img_thumb *thumb,
                      struct img_buf *out);

/* Makes and appends the thumbnail of one path; nothing when draw or path is NULL. */
void img_sim_draw_one(struct img_sim_draw *draw, const char *path, struct img_buf *out);

void img_sim_draw_close(struct img_sim_draw *draw);

#endif
