/* Search: always what a brute force in double precision finds, from every kernel and thread count. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "search/kernels.h"
#include "support/nearest.h"

enum { ROWS = 1500, DIMENSION = 83, QUERIES = 21, TOP = 10 };

static float vectors[ROWS * DIMENSION], queries[QUERIES * DIMENSION];

static const enum img_metric metrics[] = {IMG_METRIC_COSINE, IMG_METRIC_DOT, IMG_METRIC_EUCLIDEAN};

static void check_all(struct img_search_options options, struct img_search_request request)
{
    const char *differs = nearest_differs_anywhere(&options, &request);
    if (differs)
        fail_msg("%s", differs);
}

static struct img_search_options all_rows(void)
{
    return (struct img_search_options){
        .vectors = vectors, .count = ROWS, .dimension = DIMENSION, .threads = 2};
}

static struct img_search_request all_queries(void)
{
    return (struct img_search_request){
        .queries = queries, .count = QUERIES, .top_k = TOP, .min_score = -INFINITY};
}

static int fill(void **state)
{
    (void)state;
    nearest_fill(vectors, ROWS * DIMENSION, 1);
    nearest_fill(queries, QUERIES * DIMENSION, 2);
    return 0;
}

static void every_set_gives_the_scalar_bits(void **state)
{
    (void)state;
    for (const struct img_search_kernels *const *set = img_search_kernels_built(); *set; set++) {
        if (!img_search_kernels_run_here(*set)) {
            print_message("%s: skipped, this processor lacks it\n", (*set)->name);
            continue;
        }
        assert_true(img_search_kernels_check(*set));
        assert_ptr_equal(img_search_kernels_choose((*set)->name), *set);
    }
    assert_null(img_search_kernels_choose("mmx"));
}

static double nearly(const float *a, const float *b, size_t n)
{
    return img_search_kernels_built()[0]->dot(a, b, n) * (1 + 0x1p-52);
}

static void a_wrong_set_fails_its_check(void **state)
{
    (void)state;
    struct img_search_kernels wrong = *img_search_kernels_built()[0];
    wrong.dot = nearly;
    assert_false(img_search_kernels_check(&wrong));
}

static void random_vectors(void **state)
{
    (void)state;
    check_all(all_rows(), all_queries());
    struct img_search_request one = all_queries();
    one.count = 1;
    check_all(all_rows(), one);
}

static void every_small_dimension(void **state)
{
    (void)state;
    struct img_search_options options = all_rows();
    struct img_search_request request = all_queries();
    options.count = 70;
    request.count = 3;
    for (options.dimension = 1; options.dimension <= 35; options.dimension++)
        check_all(options, request);
}

static void more_asked_than_there_is(void **state)
{
    (void)state;
    struct img_search_options options = all_rows();
    struct img_search_request request = all_queries();
    request.count = 3;
    request.top_k = ROWS + 5;
    check_all(options, request);
    options.count = 0;
    check_all(options, request);
    request.top_k = 0;
    check_all(all_rows(), request);
    request.top_k = 1;
    request.count = 0;
    check_all(all_rows(), request);
}

static void skipped_rows_and_a_least_score(void **state)
{
    (void)state;
    uint8_t skip[(ROWS + 7) / 8];
    struct img_search_request request = all_queries();
    request.skip = skip;
    for (size_t i = 0; i < sizeof skip; i++)
        skip[i] = (uint8_t)(i * 37 + 11);
    check_all(all_rows(), request);
    request.min_score = 0.1;
    check_all(all_rows(), request);
    request.min_score = 1.5;
    check_all(all_rows(), request);
    memset(skip, 255, sizeof skip);
    check_all(all_rows(), request);
}

static void rows_without_a_score(void **state)
{
    (void)state;
    float odd[60 * DIMENSION];
    memcpy(odd, vectors, sizeof odd);
    odd[5 * DIMENSION + 7] = NAN;
    odd[6 * DIMENSION] = INFINITY;
    odd[7 * DIMENSION + 82] = -INFINITY;
    memset(odd + 8 * DIMENSION, 0, DIMENSION * sizeof *odd);
    for (size_t i = 0; i < DIMENSION; i++) {
        odd[9 * DIMENSION + i] = i % 2 ? 3e38f : -3e38f;
        odd[10 * DIMENSION + i] = 1e-45f;
        odd[11 * DIMENSION + i] = i ? 0.0f : -0.0f;
    }
    struct img_search_options options = all_rows();
    struct img_search_request request = all_queries();
    options.vectors = odd;
    options.count = 60;
    request.top_k = 60;
    check_all(options, request);
}

static void queries_without_a_score(void **state)
{
    (void)state;
    static const float bad[3] = {NAN, INFINITY, 0};
    for (size_t i = 0; i < 3; i++) {
        float query[2 * DIMENSION] = {[0] = 1, [DIMENSION] = bad[i]};
        struct img_hit hits[2];
        size_t found[2];
        struct img_err err = {0};
        struct img_search *search;
        const struct img_search_options options = all_rows();
        struct img_search_request request = {.queries = query, .count = 2, .top_k = 1,
                                             .min_score = -INFINITY};
        assert_true(img_search_open(&search, &options, &err));
        assert_false(img_search_top(search, &request, hits, found, &err));
        assert_int_equal(err.code, IMG_ERR_BAD_RECORD);
        assert_non_null(strstr(err.text, "query 2"));
        request.metric = IMG_METRIC_DOT;
        assert_int_equal(img_search_top(search, &request, hits, found, &err), bad[i] == 0);
        img_search_close(search);
    }
}

/* More equal rows than a short list has room for: the first ones win. */
static void all_rows_alike(void **state)
{
    (void)state;
    enum { MANY = 9000, SHORT = 16 };
    float *same = malloc(MANY * SHORT * sizeof *same);
    assert_non_null(same);
    for (size_t i = 0; i < MANY * SHORT; i++)
        same[i] = vectors[i % SHORT];
    const struct img_search_options options = {
        .vectors = same, .count = MANY, .dimension = SHORT, .threads = 2};
    struct img_search_request request = all_queries();
    request.count = 2;
    check_all(options, request);
    free(same);
}

static void scores_of_named_rows(void **state)
{
    (void)state;
    const size_t rows[] = {7, 0, ROWS - 1, 7};
    double scores[4];
    struct img_err err;
    struct img_search *search;
    const struct img_search_options options = all_rows();
    assert_true(img_search_open(&search, &options, &err));
    for (size_t m = 0; m < 3; m++) {
        img_search_score_rows(search, queries, metrics[m], rows, 4, scores);
        for (size_t i = 0; i < 4; i++)
            assert_true(scores[i] ==
                        img_score(vectors + rows[i] * DIMENSION, queries, DIMENSION, metrics[m]));
    }
    img_search_close(search);
}

static void what_scores_are(void **state)
{
    (void)state;
    const float a[3] = {3, 4, 0}, b[3] = {0, 4, 3}, zero[3] = {0};
    assert_true(img_score(a, b, 3, IMG_METRIC_DOT) == 16);
    assert_true(img_score(a, b, 3, IMG_METRIC_COSINE) == 16.0 / 25);
    assert_true(img_score(a, b, 3, IMG_METRIC_EUCLIDEAN) == -sqrt(18));
    assert_true(isnan(img_score(a, zero, 3, IMG_METRIC_COSINE)));
    assert_true(img_score(a, zero, 3, IMG_METRIC_EUCLIDEAN) == -5);
    for (size_t r = 0; r < 100; r++) {
        const float *x = vectors + r * DIMENSION;
        assert_true(img_score(x, x, DIMENSION, IMG_METRIC_COSINE) == 1);
        assert_false(signbit(img_score(x, x, DIMENSION, IMG_METRIC_EUCLIDEAN)));
    }
}

static int stop(void)
{
    return 15;
}

static void stopping(void **state)
{
    (void)state;
    struct img_hit hits[QUERIES * TOP];
    size_t found[QUERIES];
    struct img_err err = {0};
    struct img_search *search;
    struct img_search_options options = all_rows();
    const struct img_search_request request = all_queries();
    options.stopped = stop;
    assert_true(img_search_open(&search, &options, &err));
    assert_false(img_search_top(search, &request, hits, found, &err));
    assert_int_equal(err.code, IMG_ERR_SYSTEM);
    img_search_close(search);
    options.kernels = "mmx";
    assert_false(img_search_open(&search, &options, &err));
    assert_null(search);
    img_search_close(search);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_set_gives_the_scalar_bits),
        cmocka_unit_test(a_wrong_set_fails_its_check),
        cmocka_unit_test(random_vectors),
        cmocka_unit_test(every_small_dimension),
        cmocka_unit_test(more_asked_than_there_is),
        cmocka_unit_test(skipped_rows_and_a_least_score),
        cmocka_unit_test(rows_without_a_score),
        cmocka_unit_test(queries_without_a_score),
        cmocka_unit_test(all_rows_alike),
        cmocka_unit_test(scores_of_named_rows),
        cmocka_unit_test(what_scores_are),
        cmocka_unit_test(stopping),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
