/* Rows against centres in double precision: threads take rows in turn and hold them against some
 * centres at a time, so that rows and centres stay near the processor. */
#include "search/assign.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/pool.h"
#include "base/size.h"
#include "search/score.h"

/* Rows that are worked through together, centres at a time, rows that a thread takes at a time. */
enum { ROWS = 64, CENTRES = 64, TURN = 1024 };

struct img_assigner {
    struct img_assigner_options options;
    const struct img_search_kernels *kernels;
    struct img_pool *pool;
};

struct assignment {
    const struct img_assigner *assigner;
    double *centres; /* [centre_count, stride], padded to whole lanes */
    size_t centre_count, stride;
    double *squares; /* [centre_count] */
    double *sums;    /* [threads, CENTRES, ROWS] */
    size_t *nearest;
    double *scores;
    atomic_size_t next;
    atomic_bool stopped;
};

bool img_assigner_open(struct img_assigner **assigner, const struct img_assigner_options *options,
                       struct img_err *err)
{
    *assigner = NULL;
    struct img_assigner *a = calloc(1, sizeof *a);
    if (!a)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for centres");
    a->options = *options;
    a->kernels = img_search_kernels_need(options->kernels, err);
    a->pool = a->kernels ? img_pool_new(options->threads ? options->threads : img_processors(), err)
                         : NULL;
    if (!a->pool) {
        free(a);
        return false;
    }
    *assigner = a;
    return true;
}

void img_assigner_close(struct img_assigner *assigner)
{
    if (!assigner)
        return;
    img_pool_free(assigner->pool);
    free(assigner);
}

/* Some rows against some centres; best [count] are their scores so far. */
static void hold_against(const struct assignment *t, size_t row, size_t count, size_t first,
                         const double *row_squares, double *sums, double *best)
{
    const struct img_assigner_options *o = &t->assigner->options;
    const struct img_search_kernels *kernels = t->assigner->kernels;
    size_t centres = t->centre_count - first < CENTRES ? t->centre_count - first : CENTRES;
    const struct img_search_product product = {
        .queries = t->centres + first * t->stride, .query_stride = t->stride,
        .query_count = centres, .rows = o->rows + row * o->dimension, .row_count = count,
        .dimension = o->dimension, .out = sums, .out_stride = ROWS};
    (o->metric == IMG_METRIC_EUCLIDEAN ? kernels->gaps : kernels->dots)(&product);
    for (size_t c = 0; c < centres; c++)
        for (size_t r = 0; r < count; r++) {
            double score = img_score_of(o->metric, sums[c * ROWS + r], row_squares[r],
                                        t->squares[first + c]);
            if (score > best[r] || (t->nearest[row + r] == SIZE_MAX && score == score)) {
                best[r] = score;
                t->nearest[row + r] = first + c;
            }
        }
}

static void assign_rows(const struct assignment *t, size_t row, size_t count, double *sums)
{
    const struct img_assigner_options *o = &t->assigner->options;
    double squares[ROWS] = {0}, best[ROWS];
    for (size_t r = 0; r < count; r++) {
        t->nearest[row + r] = SIZE_MAX;
        best[r] = NAN;
    }
    if (o->metric == IMG_METRIC_COSINE)
        t->assigner->kernels->squares(o->rows + row * o->dimension, count, o->dimension, squares);
    for (size_t first = 0; first < t->centre_count; first += CENTRES)
        hold_against(t, row, count, first, squares, sums, best);
    for (size_t r = 0; t->scores && r < count; r++)
        t->scores[row + r] = best[r];
}

static void take_turns(void *ctx, unsigned thread, unsigned threads)
{
    struct assignment *t = ctx;
    const struct img_assigner_options *o = &t->assigner->options;
    double *sums = t->sums + (size_t)thread * CENTRES * ROWS;
    (void)threads;
    for (size_t begin; (begin = atomic_fetch_add(&t->next, TURN)) < o->count;) {
        size_t end = o->count - begin < TURN ? o->count : begin + TURN;
        if (atomic_load_explicit(&t->stopped, memory_order_relaxed))
            return;
        if (o->stopped && o->stopped() != 0)
            atomic_store(&t->stopped, true);
        for (size_t row = begin; row < end; row += ROWS)
            assign_rows(t, row, end - row < ROWS ? end - row : ROWS, sums);
    }
}

static bool widen_centres(struct assignment *t, const float *centres, struct img_err *err)
{
    const struct img_assigner *a = t->assigner;
    size_t size, dimension = a->options.dimension;
    t->stride = img_size_align(dimension, IMG_SEARCH_LANES);
    t->centres = img_size_mul(t->centre_count, t->stride, &size)
                     ? calloc(size ? size : 1, sizeof *t->centres)
                     : NULL;
    t->squares = calloc(t->centre_count ? t->centre_count : 1, sizeof *t->squares);
    t->sums = calloc(img_pool_threads(a->pool), CENTRES * ROWS * sizeof *t->sums);
    if (!t->centres || !t->squares || !t->sums)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu centres",
                           t->centre_count);
    for (size_t c = 0; c < t->centre_count; c++) {
        const float *centre = centres + c * dimension;
        t->squares[c] = a->kernels->dot(centre, centre, dimension);
        for (size_t i = 0; i < dimension; i++)
            t->centres[c * t->stride + i] = (double)centre[i];
    }
    return true;
}

bool img_assigner_run(struct img_assigner *assigner, const float *centres, size_t centre_count,
                      size_t *nearest, double *scores, struct img_err *err)
{
    struct assignment t = {.assigner = assigner, .centre_count = centre_count, .nearest = nearest,
                           .scores = scores};
    bool ok = widen_centres(&t, centres, err);
    if (ok)
        img_pool_run(assigner->pool, take_turns, &t);
    if (ok && atomic_load(&t.stopped))
        ok = img_err_set(err, IMG_ERR_SYSTEM, "stopped");
    free(t.centres);
    free(t.squares);
    free(t.sums);
    return ok;
}
