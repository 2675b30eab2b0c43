/* From the surest tier to the weakest. */
#include "sim/dupes.h"

#include "cli/signals.h"
#include "sim/dupes_show.h"
#include "sim/dupes_similar.h"

struct work {
    const struct img_sim_context *context;
    const struct img_sim_dupes_options *options;
    struct img_sim_source source;
    struct img_dupes dupes;
    struct img_sim_draw draw;
    struct img_buf out;
};

/* Rows without hashes can be identical or similar, and nothing between. */
static void note_lack(const struct work *w)
{
    size_t without = 0;
    for (size_t i = 0; i < w->dupes.row_count; i++)
        without += !w->dupes.rows[i].has_pixels;
    if (without > 0 && w->options->tier >= IMG_TIER_SAME_PIXELS)
        img_report(&w->context->cli->report, IMG_WARNING,
                   "%zu of %zu records have no hashes of their pixels, which only rows of "
                   "collections have; tiers same_pixels and same_picture are without them",
                   without, w->dupes.row_count);
}

static bool find(struct work *w, struct img_err *err)
{
    const struct img_dupes_vectors vectors = {w->source.vectors, w->source.dimension};
    const struct img_dupes_looks_options looks = {.vectors = vectors,
                                                  .stopped = img_signals_caught};
    const struct img_dupes_similar_options similar = {
        .vectors = vectors,
        .count = w->source.count,
        .threshold = w->options->threshold,
        .threads = img_sim_threads(w->context),
        .stopped = img_signals_caught,
        .report = &w->context->cli->report,
    };
    enum img_tier weakest = w->options->tier;
    if (!img_dupes_join_files(&w->dupes, err) ||
        !img_dupes_find_equal(&w->dupes, IMG_TIER_IDENTICAL, err))
        return false;
    if (weakest >= IMG_TIER_SAME_PIXELS &&
        !img_dupes_find_equal(&w->dupes, IMG_TIER_SAME_PIXELS, err))
        return false;
    if (weakest >= IMG_TIER_SAME_PICTURE && !img_dupes_find_looks(&w->dupes, &looks, err))
        return false;
    return weakest < IMG_TIER_SIMILAR || img_dupes_find_similar(&w->dupes, &similar, err);
}

static bool show(struct work *w, struct img_err *err)
{
    img_dupes_sort(&w->dupes);
    for (size_t i = 0; i < w->dupes.group_count; i++)
        if (!img_dupes_put(&w->out, w->context->form, &w->source, &w->dupes, &w->dupes.groups[i],
                           i + 1, &w->draw, err) ||
            !img_sim_write(w->context, &w->out, err))
            return false;
    return true;
}

static bool work(struct work *w, struct img_err *err)
{
    struct img_dupes_row *rows;
    size_t count;
    if (!img_sim_open_source(w->context, true, &w->source, err))
        return false;
    if (w->source.count == w->source.skipped)
        return true;
    if (!img_sim_source_join(&w->source, err) ||
        !img_dupes_rows_read(&w->source, &rows, &count, err) ||
        !img_dupes_init(&w->dupes, rows, count, err))
        return false;
    note_lack(w);
    w->context->tally->worked += count;
    return find(w, err) && show(w, err);
}

bool img_sim_dupes(const struct img_sim_context *context,
                   const struct img_sim_dupes_options *options, struct img_err *err)
{
    struct work w = {.context = context, .options = options};
    bool ok = (!options->preview || img_sim_draw_open(&w.draw, context, options->protocol, err)) &&
              work(&w, err);
    if (ok && context->exit_status && w.dupes.group_count == 0 && context->tally->failed == 0)
        context->tally->failed = 1;
    img_sim_draw_close(&w.draw);
    img_dupes_clear(&w.dupes);
    img_sim_source_close(&w.source);
    img_buf_clear(&w.out);
    return ok;
}
