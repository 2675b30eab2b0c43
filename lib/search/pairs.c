/* Pairs, band by band: some rows are the queries, all rows behind them are sifted for those by every
 * thread, what comes through is scored exactly. A band's pairs are sorted and handed on before the
 * next; a band with too many of them is done again in smaller ones. */
#include "search/pairs.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/pool.h"
#include "base/size.h"
#include "search/score.h"
#include "search/sifted.h"

enum { BAND = 256, PAIRS_MAX = 1 << 20 };

struct pair_thread {
    struct img_sifter sifter;
    struct img_pair *pairs;
    size_t count, room;
    struct img_err err;
};

struct pairs {
    const struct img_pairs_options *options;
    const struct img_search_kernels *kernels;
    struct img_pool *pool;
    struct img_reduced reduced; /* count 0: the dimension is too large, and all pairs are scored */
    float *mean;
    unsigned char *blocks;
    double *squares; /* [count]; 0 for rows that are in no pair */
    size_t first, band;
    struct img_sifted_queries queries;
    struct pair_thread *threads;
    atomic_size_t next, found;
    atomic_bool failed, stopped;
};

static bool skipped(const struct img_pairs_options *o, size_t row)
{
    return o->skip && (o->skip[row / 8] >> (row % 8) & 1) != 0;
}

static void prepare_rows(void *ctx, unsigned thread, unsigned threads)
{
    struct pairs *p = ctx;
    const struct img_pairs_options *o = p->options;
    size_t block_size = sizeof(struct img_reduced_rows) + IMG_REDUCED_BLOCK * p->reduced.depth;
    (void)thread, (void)threads;
    for (size_t first; (first = atomic_fetch_add(&p->next, IMG_REDUCED_BLOCK)) < o->count;) {
        size_t count = o->count - first, size, block = first / IMG_REDUCED_BLOCK;
        if (count > IMG_REDUCED_BLOCK)
            count = IMG_REDUCED_BLOCK;
        p->kernels->squares(o->vectors + first * o->dimension, count, o->dimension,
                            p->squares + first);
        for (size_t row = first; row < first + count; row++)
            if (!isfinite(p->squares[row]) || skipped(o, row))
                p->squares[row] = 0;
        if (p->reduced.count > 0)
            img_reduced_make(&p->reduced, p->kernels, o->vectors, block,
                             p->blocks + block * block_size, &size);
    }
}

static bool prepare(struct pairs *p, struct img_err *err)
{
    const struct img_pairs_options *o = p->options;
    size_t size = 0;
    p->kernels = img_search_kernels_need(o->kernels, err);
    if (!p->kernels)
        return false;
    p->pool = img_pool_new(o->threads ? o->threads : img_processors(), err);
    if (!p->pool)
        return false;
    p->threads = calloc(img_pool_threads(p->pool), sizeof *p->threads);
    p->squares = calloc(o->count, sizeof *p->squares);
    p->mean = calloc(o->dimension ? o->dimension : 1, sizeof *p->mean);
    if (!p->threads || !p->squares || !p->mean)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for pairs");
    img_reduced_mean(o->vectors, o->count, o->dimension, p->mean);
    if (!img_reduced_init(&p->reduced, o->count, o->dimension, p->mean, err))
        return false;
    if (p->reduced.count > 0) {
        if (img_reduced_size(o->count, p->reduced.depth, &size))
            p->blocks = malloc(size);
        if (!p->blocks)
            return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu rows", o->count);
        p->reduced.blocks = p->blocks;
    }
    img_pool_run(p->pool, prepare_rows, p);
    return true;
}

static bool keep_pair(struct pair_thread *thread, size_t first, size_t second, double score)
{
    if (thread->count == thread->room) {
        size_t room = thread->room ? 2 * thread->room : 1024;
        struct img_pair *more = realloc(thread->pairs, room * sizeof *more);
        if (!more)
            return img_err_set(&thread->err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu pairs",
                               room);
        thread->pairs = more;
        thread->room = room;
    }
    thread->pairs[thread->count++] = (struct img_pair){first, second, score};
    return true;
}

static bool score_pair(struct pairs *p, struct pair_thread *thread, size_t first, size_t second)
{
    const struct img_pairs_options *o = p->options;
    if (second <= first || !(p->squares[first] > 0) || !(p->squares[second] > 0))
        return true;
    double dot = p->kernels->dot(o->vectors + first * o->dimension,
                                 o->vectors + second * o->dimension, o->dimension);
    double score = img_score_of(IMG_METRIC_COSINE, dot, p->squares[first], p->squares[second]);
    if (!(score >= o->threshold))
        return true;
    atomic_fetch_add_explicit(&p->found, 1, memory_order_relaxed);
    return keep_pair(thread, first, second, score);
}

/* Every query that a row's masks let through. */
static bool score_row(struct pairs *p, struct pair_thread *thread, const uint16_t *masks, size_t row)
{
    for (size_t panel = 0; panel < p->queries.panel_count; panel++)
        for (unsigned mask = masks[panel]; mask; mask &= mask - 1) {
            size_t query = panel * IMG_CODE_PANEL + (size_t)__builtin_ctz(mask);
            if (query < p->band && !score_pair(p, thread, p->first + query, row))
                return false;
        }
    return true;
}

static bool sift_rows(struct pairs *p, struct pair_thread *thread, size_t begin, size_t end)
{
    for (size_t row = begin, count; row < end; row += count) {
        count = end - row < IMG_SIFT_ROWS ? end - row : IMG_SIFT_ROWS;
        if (row + count <= p->first)
            continue;
        img_sifter_run(&thread->sifter, row / IMG_REDUCED_BLOCK, row % IMG_REDUCED_BLOCK, count);
        for (size_t r = 0; r < count; r++)
            if (!score_row(p, thread, thread->sifter.masks + r * p->queries.panel_count, row + r))
                return false;
    }
    return true;
}

static bool score_rows(struct pairs *p, struct pair_thread *thread, size_t begin, size_t end)
{
    for (size_t row = begin; row < end; row++)
        for (size_t query = 0; query < p->band; query++)
            if (!score_pair(p, thread, p->first + query, row))
                return false;
    return true;
}

static bool too_many(const struct pairs *p)
{
    return p->band > 1 && atomic_load_explicit(&p->found, memory_order_relaxed) > PAIRS_MAX;
}

static void take_turns(void *ctx, unsigned index, unsigned threads)
{
    struct pairs *p = ctx;
    const struct img_pairs_options *o = p->options;
    struct pair_thread *thread = &p->threads[index];
    (void)threads;
    for (size_t begin; (begin = atomic_fetch_add(&p->next, IMG_REDUCED_BLOCK)) < o->count;) {
        size_t end = o->count - begin < IMG_REDUCED_BLOCK ? o->count : begin + IMG_REDUCED_BLOCK;
        if (atomic_load_explicit(&p->failed, memory_order_relaxed) || too_many(p))
            return;
        if (o->stopped && o->stopped() != 0)
            atomic_store(&p->stopped, true);
        if (atomic_load(&p->stopped) || !(p->reduced.count > 0 ? sift_rows : score_rows)(
                                            p, thread, begin, end))
            atomic_store(&p->failed, true);
    }
}

static void end_band(struct pairs *p)
{
    for (unsigned t = 0; t < img_pool_threads(p->pool); t++)
        img_sifter_close(&p->threads[t].sifter);
    img_sifted_forget(&p->queries);
}

static bool begin_band(struct pairs *p, struct img_err *err)
{
    const struct img_pairs_options *o = p->options;
    bool usable;
    atomic_store(&p->next, p->first / IMG_REDUCED_BLOCK * IMG_REDUCED_BLOCK);
    atomic_store(&p->found, 0);
    for (unsigned t = 0; t < img_pool_threads(p->pool); t++)
        p->threads[t].count = 0;
    if (p->reduced.count == 0)
        return true;
    if (!img_sifted_ask(&p->queries, &p->reduced, o->vectors + p->first * o->dimension, p->band,
                        IMG_METRIC_COSINE, &usable, err))
        return false;
    for (unsigned t = 0; t < img_pool_threads(p->pool); t++) {
        struct img_sifter *sifter = &p->threads[t].sifter;
        if (!img_sifter_open(sifter, &p->queries, p->kernels, err))
            return false;
        for (size_t q = 0; q < p->band; q++)
            img_sifter_raise(sifter, q, o->threshold);
    }
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct img_pair *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->second > y->second) - (x->second < y->second);
}

/* Sorts what the threads found and hands it on. */
static bool hand_on(struct pairs *p, struct img_err *err)
{
    size_t count = 0, total = atomic_load(&p->found);
    if (total == 0)
        return true;
    struct img_pair *all = malloc(total * sizeof *all);
    if (!all)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu pairs", total);
    for (unsigned t = 0; t < img_pool_threads(p->pool); t++)
        for (size_t i = 0; i < p->threads[t].count; i++)
            all[count++] = p->threads[t].pairs[i];
    qsort(all, count, sizeof *all, by_place);
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++)
        ok = p->options->pair(p->options->ctx, &all[i], err);
    free(all);
    return ok;
}

static bool run_band(struct pairs *p, struct img_err *err)
{
    bool ok = begin_band(p, err);
    if (ok)
        img_pool_run(p->pool, take_turns, p);
    end_band(p);
    if (!ok || !atomic_load(&p->failed))
        return ok;
    if (atomic_load(&p->stopped))
        return img_err_set(err, IMG_ERR_SYSTEM, "stopped");
    for (unsigned t = 0; t < img_pool_threads(p->pool); t++)
        if (p->threads[t].err.code != IMG_OK)
            *err = p->threads[t].err;
    return false;
}

static bool run_bands(struct pairs *p, struct img_err *err)
{
    const struct img_pairs_options *o = p->options;
    for (size_t band = BAND; p->first + 1 < o->count;) {
        p->band = o->count - p->first < band ? o->count - p->first : band;
        if (!run_band(p, err))
            return false;
        if (too_many(p)) {
            band = p->band / 2;
            continue;
        }
        if (!hand_on(p, err))
            return false;
        p->first += p->band;
        band = band < BAND / 2 ? band * 2 : BAND;
        double left = (double)(o->count - p->first) / (double)o->count;
        if (o->progress)
            o->progress(o->ctx, 1 - left * left);
    }
    return true;
}

bool img_pairs_find(const struct img_pairs_options *options, struct img_err *err)
{
    struct pairs p = {.options = options};
    if (options->count < 2)
        return true;
    bool ok = prepare(&p, err) && run_bands(&p, err);
    for (unsigned t = 0; p.threads && t < img_pool_threads(p.pool); t++)
        free(p.threads[t].pairs);
    img_reduced_clear(&p.reduced);
    img_pool_free(p.pool);
    free(p.threads);
    free(p.squares);
    free(p.mean);
    free(p.blocks);
    return ok;
}
