/* Filtering a source's rows. */
#include "sim/filter.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/pool.h"
#include "cli/signals.h"

enum { CHUNK = 4096 }; /* rows, a multiple of 8: threads share no byte of skip */

struct filter {
    struct img_sim_source *source;
    const struct img_sim_part *part;
    const struct img_where *where;
    atomic_size_t next, skipped;
    struct img_err *errs; /* one a thread */
};

static bool filter_chunk(struct filter *f, struct img_where_eval *eval, size_t begin, size_t end,
                         struct img_err *err)
{
    const struct img_sim_part *part = f->part;
    size_t skipped = 0;
    for (size_t row = begin; row < end; row++) {
        uint8_t bit = (uint8_t)(1u << row % 8);
        const char *line;
        size_t len;
        if (part->skip[row / 8] & bit)
            continue;
        if (!img_sim_source_record(f->source, part->first + row, &line, &len, err))
            return false;
        if (!img_where_holds(eval, line, len)) {
            part->skip[row / 8] |= bit;
            skipped++;
        }
    }
    atomic_fetch_add(&f->skipped, skipped);
    return true;
}

static void filter_on_thread(void *ctx, unsigned thread, unsigned threads)
{
    struct filter *f = ctx;
    struct img_where_eval eval = {.where = f->where};
    size_t begin, count = f->part->count;
    (void)threads;
    while (!img_signals_caught() && (begin = atomic_fetch_add(&f->next, CHUNK)) < count) {
        size_t end = count - begin > CHUNK ? begin + CHUNK : count;
        if (!filter_chunk(f, &eval, begin, end, &f->errs[thread]))
            break;
    }
    img_where_eval_clear(&eval);
}

static bool filter_part(struct filter *f, struct img_pool *pool, struct img_err *err)
{
    unsigned threads = img_pool_threads(pool);
    f->next = 0;
    img_pool_run(pool, filter_on_thread, f);
    for (unsigned i = 0; i < threads; i++)
        if (f->errs[i].code != IMG_OK) {
            *err = f->errs[i];
            return false;
        }
    err->code = IMG_OK;
    return !img_signals_caught();
}

bool img_sim_filter(const struct img_sim_context *context, struct img_sim_source *source,
                    const struct img_where *where, struct img_err *err)
{
    unsigned threads = img_sim_threads(context);
    struct filter f = {.source = source, .where = where};
    if (source->count <= CHUNK)
        threads = 1;
    struct img_pool *pool = img_pool_new(threads, err);
    f.errs = calloc(threads, sizeof *f.errs);
    bool ok = pool != NULL;
    if (ok && !f.errs)
        ok = img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %u threads", threads);
    for (size_t i = 0; ok && i < source->part_count; i++) {
        f.part = &source->parts[i];
        ok = filter_part(&f, pool, err);
    }
    source->skipped += f.skipped;
    free(f.errs);
    img_pool_free(pool);
    return ok;
}

bool img_sim_parse_where(const struct img_sim_context *context, const char *text,
                         struct img_arena *arena, struct img_where *where, struct img_err *err)
{
    size_t at;
    if (img_where_parse(text, arena, where, &at, err))
        return true;
    if (err->code != IMG_ERR_USAGE)
        return false;
    img_where_point(&context->cli->report, text, at);
    return img_err_in(err, "--where");
}
