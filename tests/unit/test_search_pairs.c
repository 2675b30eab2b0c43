/* All pairs and nearest centres: what img_score says of each pair, whichever kernels and threads. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "search/assign.h"
#include "search/kernels.h"
#include "search/pairs.h"
#include "support/nearest.h"

enum { ROWS = 1200, DIMENSION = 43, CENTRES = 70 };

static float vectors[ROWS * DIMENSION];
static uint8_t skip[(ROWS + 7) / 8];

/* Clusters with exact and nearly exact copies; rows of all lengths, and rows without a direction. */
static int fill(void **state)
{
    (void)state;
    nearest_clusters(vectors, ROWS, DIMENSION, 30, 0.2, 3);
    for (size_t r = 0; r < ROWS; r++) {
        float *row = vectors + r * DIMENSION;
        if (r % 10 == 3)
            memcpy(row, row - 2 * DIMENSION, DIMENSION * sizeof *row);
        if (r % 20 == 3)
            row[r % DIMENSION] = nextafterf(row[r % DIMENSION], 1);
        for (size_t i = 0; i < DIMENSION; i++)
            row[i] *= r % 50 == 7 ? 1e-15f : r % 50 == 8 ? 1e30f : r % 300 == 9 ? 0 : 1;
        if (r % 300 == 11)
            row[5] = r % 2 ? NAN : INFINITY;
        if (r % 7 == 1)
            skip[r / 8] |= (uint8_t)(1u << r % 8);
    }
    return 0;
}

struct expected {
    struct img_pair *pairs;
    size_t count, taken, stop_at;
    double share;
};

static bool take(void *ctx, const struct img_pair *pair, struct img_err *err)
{
    struct expected *e = ctx;
    if (e->taken == e->stop_at)
        return img_err_set(err, IMG_ERR_OUTPUT, "enough");
    assert_true(e->taken < e->count);
    const struct img_pair *wanted = &e->pairs[e->taken++];
    if (pair->first != wanted->first || pair->second != wanted->second ||
        pair->score != wanted->score)
        fail_msg("pair %zu is %zu %zu (%.17g), not %zu %zu (%.17g)", e->taken - 1, pair->first,
                 pair->second, pair->score, wanted->first, wanted->second, wanted->score);
    return true;
}

static void progress(void *ctx, double share)
{
    struct expected *e = ctx;
    assert_true(share > e->share && share <= 1);
    e->share = share;
}

static struct expected brute(const struct img_pairs_options *o)
{
    struct expected e = {.pairs = malloc(o->count * o->count / 2 * sizeof *e.pairs),
                         .stop_at = SIZE_MAX};
    assert_non_null(e.pairs);
    for (size_t a = 0; a < o->count; a++)
        for (size_t b = a + 1; b < o->count; b++) {
            if (o->skip && ((o->skip[a / 8] >> a % 8 & 1) || (o->skip[b / 8] >> b % 8 & 1)))
                continue;
            double score = img_score(o->vectors + a * o->dimension, o->vectors + b * o->dimension,
                                     o->dimension, IMG_METRIC_COSINE);
            if (score >= o->threshold)
                e.pairs[e.count++] = (struct img_pair){a, b, score};
        }
    return e;
}

static void check_pairs(struct img_pairs_options options)
{
    struct expected expected = brute(&options);
    struct img_err err;
    options.pair = take;
    options.progress = progress;
    options.ctx = &expected;
    for (const struct img_search_kernels *const *set = img_search_kernels_built(); *set; set++)
        for (options.threads = 1; options.threads <= 3; options.threads += 2) {
            if (!img_search_kernels_run_here(*set))
                continue;
            options.kernels = (*set)->name;
            expected.taken = 0;
            expected.share = 0;
            if (!img_pairs_find(&options, &err))
                fail_msg("%s", err.text);
            assert_int_equal(expected.taken, expected.count);
        }
    free(expected.pairs);
}

static void pairs_above_a_threshold(void **state)
{
    (void)state;
    struct img_pairs_options options = {
        .vectors = vectors, .count = ROWS, .dimension = DIMENSION, .threshold = 0.9};
    check_pairs(options);
    options.skip = skip;
    check_pairs(options);
    options.threshold = 1;
    check_pairs(options);
    options.threshold = 1.1;
    check_pairs(options);
    options.threshold = -1;
    options.count = 300;
    check_pairs(options);
    for (options.count = 0; options.count < 4; options.count++)
        check_pairs(options);
}

struct alike {
    size_t count, first, second;
};

static bool take_alike(void *ctx, const struct img_pair *pair, struct img_err *err)
{
    struct alike *a = ctx;
    (void)err;
    if (++a->second == a->count)
        a->second = ++a->first + 1;
    assert_true(pair->first == a->first && pair->second == a->second && pair->score == 1);
    return true;
}

static void too_many_pairs_for_a_band(void **state)
{
    (void)state;
    enum { MANY = 4300, SHORT = 4 };
    static float same[MANY * SHORT];
    struct alike alike = {.count = MANY};
    struct img_err err;
    for (size_t i = 0; i < MANY * SHORT; i++)
        same[i] = 1;
    const struct img_pairs_options options = {
        .vectors = same, .count = MANY, .dimension = SHORT, .threshold = 1, .threads = 3,
        .pair = take_alike, .ctx = &alike};
    assert_true(img_pairs_find(&options, &err));
    assert_true(alike.first == MANY - 2 && alike.second == MANY - 1);
}

static int stop(void)
{
    return 2;
}

static void stopping_pairs(void **state)
{
    (void)state;
    struct img_pairs_options options = {.vectors = vectors, .count = ROWS, .dimension = DIMENSION,
                                        .threshold = 0.9, .pair = take};
    struct expected expected = brute(&options);
    struct img_err err;
    options.ctx = &expected;
    expected.stop_at = 5;
    assert_false(img_pairs_find(&options, &err));
    assert_int_equal(err.code, IMG_ERR_OUTPUT);
    options.stopped = stop;
    assert_false(img_pairs_find(&options, &err));
    assert_int_equal(err.code, IMG_ERR_SYSTEM);
    options.kernels = "mmx";
    assert_false(img_pairs_find(&options, &err));
    free(expected.pairs);
}

static void check_nearest(struct img_assigner_options options, const float *centres, size_t count)
{
    size_t *nearest = calloc(options.count, sizeof *nearest);
    double *scores = calloc(options.count, sizeof *scores);
    struct img_assigner *assigner;
    struct img_err err;
    assert_true(nearest && scores);
    assert_true(img_assigner_open(&assigner, &options, &err));
    assert_true(img_assigner_run(assigner, centres, count, nearest, NULL, &err));
    assert_true(img_assigner_run(assigner, centres, count, nearest, scores, &err));
    for (size_t r = 0; r < options.count; r++) {
        size_t best = SIZE_MAX;
        double best_score = NAN;
        for (size_t c = 0; c < count; c++) {
            double score = img_score(options.rows + r * DIMENSION, centres + c * DIMENSION,
                                     DIMENSION, options.metric);
            if (best == SIZE_MAX ? !isnan(score) : score > best_score) {
                best = c;
                best_score = score;
            }
        }
        if (nearest[r] != best)
            fail_msg("row %zu: centre %zu (%.17g), not %zu (%.17g)", r, nearest[r], scores[r], best,
                     best_score);
        assert_true(scores[r] == best_score || (isnan(scores[r]) && isnan(best_score)));
    }
    img_assigner_close(assigner);
    free(nearest);
    free(scores);
}

static void nearest_centres(void **state)
{
    (void)state;
    static float centres[CENTRES * DIMENSION];
    static const enum img_metric metrics[] = {IMG_METRIC_COSINE, IMG_METRIC_DOT,
                                              IMG_METRIC_EUCLIDEAN};
    /* Rows are centres too, the same ones twice: ties go to the first. */
    for (size_t c = 0; c < CENTRES; c++)
        memcpy(centres + c * DIMENSION, vectors + c % 50 * 20 * DIMENSION,
               DIMENSION * sizeof *centres);
    memset(centres, 0, DIMENSION * sizeof *centres);
    struct img_assigner_options options = {
        .rows = vectors, .count = ROWS, .dimension = DIMENSION};
    for (size_t m = 0; m < 3; m++)
        for (const struct img_search_kernels *const *set = img_search_kernels_built(); *set; set++)
            for (options.threads = 1; options.threads <= 3; options.threads += 2) {
                if (!img_search_kernels_run_here(*set))
                    continue;
                options.metric = metrics[m];
                options.kernels = (*set)->name;
                check_nearest(options, centres, CENTRES);
            }
    check_nearest(options, centres, 1);
    check_nearest(options, centres, 0);
    options.stopped = stop;
    struct img_assigner *assigner;
    struct img_err err;
    size_t nearest[ROWS];
    assert_true(img_assigner_open(&assigner, &options, &err));
    assert_false(img_assigner_run(assigner, centres, CENTRES, nearest, NULL, &err));
    img_assigner_close(assigner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_above_a_threshold),
        cmocka_unit_test(too_many_pairs_for_a_band),
        cmocka_unit_test(stopping_pairs),
        cmocka_unit_test(nearest_centres),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
