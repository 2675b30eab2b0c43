/* Search at size: 50,000 random and 20,000 clustered vectors of 512, 1,000 queries each, held to a brute
 * force in double precision; some minutes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/pool.h"
#include "search/kernels.h"
#include "search/score.h"
#include "support/nearest.h"
#include "support/scratch.h"

enum { DIMENSION = 512, QUERIES = 1000, TOP = 10 };

/* The brute force in parts, one a thread; scores by img_score's definition from the scalar kernels
 * would take long, so the fastest set stands in, and img_score checks the last query. */
struct force {
    const struct img_search_options *options;
    struct img_search_request request;
    struct img_hit *hits;
    size_t *found;
};

static int by_score(const void *a, const void *b)
{
    const struct img_hit *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->row > y->row) - (x->row < y->row);
}

static void score_queries(void *ctx, unsigned thread, unsigned threads)
{
    const struct force *f = ctx;
    const struct img_search_kernels *kernels = img_search_kernels_choose(NULL);
    size_t n = f->options->count;
    struct img_hit *all = malloc(n * sizeof *all);
    if (!all)
        abort();
    for (size_t q = thread; q < QUERIES; q += threads) {
        const float *query = f->request.queries + q * DIMENSION;
        double square = kernels->dot(query, query, DIMENSION);
        for (size_t r = 0; r < n; r++)
            all[r] = (struct img_hit){r, img_score_pair(kernels, f->options->vectors + r * DIMENSION,
                                                        query, square, DIMENSION,
                                                        f->request.metric)};
        qsort(all, n, sizeof *all, by_score);
        f->found[q] = TOP;
        memcpy(f->hits + q * TOP, all, TOP * sizeof *all);
    }
    free(all);
}

static void check(const float *vectors, size_t count, const float *queries)
{
    struct img_search_options options = {.vectors = vectors, .count = count, .dimension = DIMENSION,
                                         .folder = scratch_open(), .build = true};
    struct img_hit *wanted = calloc(QUERIES * TOP, sizeof *wanted), last[TOP];
    size_t *found = calloc(QUERIES, sizeof *found), last_found;
    struct img_err err;
    struct img_pool *pool = img_pool_new(img_processors(), &err);
    assert_true(wanted && found && pool);
    scratch_write("vectors.f32", vectors, count * DIMENSION * sizeof *vectors);
    for (int metric = IMG_METRIC_COSINE; metric <= IMG_METRIC_EUCLIDEAN; metric++) {
        struct img_search_request request = {.queries = queries, .count = QUERIES, .top_k = TOP,
                                             .metric = (enum img_metric)metric,
                                             .min_score = -INFINITY};
        struct force force = {&options, request, wanted, found};
        img_pool_run(pool, score_queries, &force);
        struct img_search_request one = request;
        one.queries += (QUERIES - 1) * DIMENSION;
        one.count = 1;
        nearest_brute(&options, &one, last, &last_found);
        assert_memory_equal(last, wanted + (QUERIES - 1) * TOP, sizeof last);
        for (int derived = 0; derived < 2; derived++) {
            struct img_search_options o = options;
            o.folder = derived ? options.folder : NULL;
            const char *differs = nearest_differs(&o, &request, wanted, found);
            if (differs)
                fail_msg("metric %d, %s derived file: %s", metric, derived ? "with" : "without",
                         differs);
        }
    }
    img_pool_free(pool);
    scratch_close();
    free(wanted);
    free(found);
}

static void random_vectors(void **state)
{
    (void)state;
    enum { ROWS = 50000 };
    float *x = malloc((ROWS + QUERIES) * (size_t)DIMENSION * sizeof *x);
    assert_non_null(x);
    nearest_fill(x, (ROWS + QUERIES) * (size_t)DIMENSION, 11);
    check(x, ROWS, x + ROWS * (size_t)DIMENSION);
    free(x);
}

static void clustered_vectors(void **state)
{
    (void)state;
    enum { ROWS = 20000 };
    float *x = malloc((ROWS + QUERIES) * (size_t)DIMENSION * sizeof *x);
    assert_non_null(x);
    nearest_clusters(x, ROWS + QUERIES, DIMENSION, 100, 0.2, 12);
    for (size_t r = 0; r < ROWS; r += 17) /* ties */
        memcpy(x + (r + 1) * DIMENSION, x + r * DIMENSION, DIMENSION * sizeof *x);
    check(x, ROWS, x + ROWS * (size_t)DIMENSION);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_vectors),
        cmocka_unit_test(clustered_vectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
