/* Choosing how to draw, and drawing. */
#include "sim/draw.h"

#include <unistd.h>

#include "config/environment.h"

bool img_sim_draw_open(struct img_sim_draw *draw, const struct img_sim_context *context,
                       enum img_preview_protocol asked, struct img_err *err)
{
    const struct img_preview_environment environment = {
        .term = img_environment_get("TERM"),
        .term_program = img_environment_get("TERM_PROGRAM"),
        .lc_terminal = img_environment_get("LC_TERMINAL"),
        .colorterm = img_environment_get("COLORTERM"),
        .kitty_window_id = img_environment_get("KITTY_WINDOW_ID"),
        .konsole_version = img_environment_get("KONSOLE_VERSION"),
        .tmux = img_environment_get("TMUX"),
    };
    bool table = context->form == IMG_FORM_TABLE;
    if (asked != IMG_PREVIEW_AUTO && asked != IMG_PREVIEW_NONE && !table)
        return img_err_set(err, IMG_ERR_USAGE, "--preview=%s draws between the lines of a table",
                           img_preview_names[asked]);
    draw->preview = img_preview_choose(asked, table && isatty(STDOUT_FILENO), &environment);
    if (draw->preview.protocol == IMG_PREVIEW_NONE)
        return true;
    const struct img_thumbs_options options = {
        .config = context->config,
        .side = img_preview_side(&draw->preview),
        .kind = img_preview_wants_file(&draw->preview) ? IMG_THUMBNAIL_JPEG : IMG_THUMBNAIL_RGB,
        .decoders = img_sim_threads(context),
        .report = &context->cli->report,
    };
    draw->on = img_thumbs_open(&draw->thumbs, &options, err);
    return draw->on;
}

const struct img_thumb *img_sim_draw_make(struct img_sim_draw *draw, const char *const *paths,
                                          size_t count)
{
    return draw->on ? img_thumbs_make(&draw->thumbs, paths, count) : NULL;
}

void img_sim_draw_put(const struct img_sim_draw *draw, const struct img_thumb *thumb,
                      struct img_buf *out)
{
    if (thumb && thumb->path && thumb->err.code == IMG_OK)
        img_preview_put(&draw->preview, thumb->picture.data, thumb->picture.len, &thumb->extent,
                        out);
}

void img_sim_draw_one(struct img_sim_draw *draw, const char *path, struct img_buf *out)
{
    if (draw && path)
        img_sim_draw_put(draw, img_sim_draw_make(draw, &path, 1), out);
}

void img_sim_draw_close(struct img_sim_draw *draw)
{
    if (draw->on)
        img_thumbs_close(&draw->thumbs);
    draw->on = false;
}
