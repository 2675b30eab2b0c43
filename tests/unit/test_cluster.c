/* Clusters: planted ones are found, numbers of them, the same bits for any number of threads. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "search/search.h"
#include "sim/by_cluster.h"
#include "sim/components.h"
#include "sim/kmeans.h"

enum { DIMENSION = 24, COUNT = 600, PLANTED = 6 };

static uint32_t state_of_noise;

static double noise(void)
{
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        state_of_noise = state_of_noise * 1664525u + 1013904223u;
        sum += (double)(state_of_noise >> 8) / (1 << 24) - 0.5;
    }
    return sum;
}

/* Row r lies around direction r % PLANTED, of any length. */
static void plant(float *rows, double spread)
{
    static float centres[PLANTED * DIMENSION];
    state_of_noise = 7;
    for (size_t i = 0; i < PLANTED * DIMENSION; i++)
        centres[i] = (float)noise();
    for (size_t r = 0; r < COUNT; r++) {
        double scale = 1 + (double)(r % 17);
        for (size_t d = 0; d < DIMENSION; d++)
            rows[r * DIMENSION + d] =
                (float)(scale * (centres[r % PLANTED * DIMENSION + d] + spread * noise()));
    }
}

static struct img_kmeans_input input_of(const float *rows, unsigned threads)
{
    return (struct img_kmeans_input){.rows = rows, .count = COUNT, .dimension = DIMENSION,
                                     .threads = threads};
}

static void assert_planted(const struct img_kmeans *found)
{
    assert_int_equal(found->k, PLANTED);
    for (size_t r = 0; r < COUNT; r++)
        assert_int_equal(found->cluster[r], found->cluster[r % PLANTED]);
}

static void planted_clusters_are_found(void **state)
{
    static float rows[COUNT * DIMENSION];
    struct img_kmeans found;
    struct img_err err;
    size_t k;
    double silhouette;
    (void)state;
    plant(rows, 0.1);
    struct img_kmeans_input input = input_of(rows, 2);
    assert_true(img_kmeans_choose(&input, 0, &k, &silhouette, &err));
    assert_int_equal(k, PLANTED);
    assert_true(silhouette > 0.7 && silhouette < 1);
    assert_true(img_kmeans_run(&input, k, 0, &found, &err));
    assert_planted(&found);
    assert_true(found.settled);
    for (size_t r = 0; r < COUNT; r++) {
        double score = img_score(rows + r * DIMENSION, found.centres + found.cluster[r] * DIMENSION,
                                 DIMENSION, IMG_METRIC_COSINE);
        assert_true(score == found.score[r]);
        for (size_t c = 0; c < found.k; c++)
            assert_true(img_score(rows + r * DIMENSION, found.centres + c * DIMENSION, DIMENSION,
                                  IMG_METRIC_COSINE) <= score);
    }
    img_kmeans_clear(&found);
    assert_true(img_components_find(&input, 0.9, &found, &err));
    assert_planted(&found);
    img_kmeans_clear(&found);
    assert_true(img_components_find(&input, 1, &found, &err));
    assert_true(found.k > COUNT / 2);
    img_kmeans_clear(&found);
}

static void the_same_bits_again(void **state)
{
    static float rows[COUNT * DIMENSION];
    struct img_kmeans one, other;
    struct img_err err;
    size_t differing = 0;
    (void)state;
    plant(rows, 2); /* hardly clusters at all */
    for (unsigned threads = 1; threads <= 3; threads++) {
        struct img_kmeans_input input = input_of(rows, 1), many = input_of(rows, threads);
        assert_true(img_kmeans_run(&input, 20, 5, &one, &err));
        assert_true(img_kmeans_run(&many, 20, 5, &other, &err));
        assert_memory_equal(one.cluster, other.cluster, COUNT * sizeof *one.cluster);
        assert_memory_equal(one.score, other.score, COUNT * sizeof *one.score);
        assert_memory_equal(one.centres, other.centres, 20 * DIMENSION * sizeof *one.centres);
        img_kmeans_clear(&other);
        assert_true(img_kmeans_run(&many, 20, 6, &other, &err));
        differing += memcmp(one.cluster, other.cluster, COUNT * sizeof *one.cluster) != 0;
        img_kmeans_clear(&one);
        img_kmeans_clear(&other);
    }
    assert_int_equal(differing, 3); /* another seed is another beginning */
}

static void rows_without_a_direction(void **state)
{
    static float rows[COUNT * DIMENSION];
    uint8_t skip[COUNT / 8 + 1] = {0};
    struct img_kmeans found;
    struct img_err err;
    size_t k;
    double silhouette;
    (void)state;
    plant(rows, 0.1);
    memset(rows + 3 * DIMENSION, 0, DIMENSION * sizeof *rows);
    rows[5 * DIMENSION] = NAN;
    rows[6 * DIMENSION + 1] = INFINITY;
    skip[1] = 1; /* row 8 */
    struct img_kmeans_input input = input_of(rows, 2);
    input.skip = skip;
    for (int way = 0; way < 2; way++) {
        assert_true(way ? img_components_find(&input, 0.9, &found, &err)
                        : img_kmeans_run(&input, PLANTED, 1, &found, &err));
        for (size_t r = 0; r < COUNT; r++)
            assert_int_equal(found.cluster[r] == SIZE_MAX, r == 3 || r == 5 || r == 6 || r == 8);
        img_kmeans_clear(&found);
    }
    assert_true(img_kmeans_choose(&input, 0, &k, &silhouette, &err));
    /* Nothing but copies of two, and nothing at all. */
    for (size_t r = 2; r < COUNT; r++)
        memcpy(rows + r * DIMENSION, rows + r % 2 * DIMENSION, DIMENSION * sizeof *rows);
    assert_true(img_kmeans_run(&input, 5, 1, &found, &err));
    assert_int_equal(found.k, 2);
    img_kmeans_clear(&found);
    memset(rows, 0, sizeof rows);
    assert_true(img_kmeans_choose(&input, 0, &k, &silhouette, &err));
    assert_int_equal(k, 1);
    assert_true(img_kmeans_run(&input, 1, 1, &found, &err));
    assert_int_equal(found.k, 0);
    img_kmeans_clear(&found);
    assert_true(img_components_find(&input, 0, &found, &err));
    assert_int_equal(found.k, 0);
    img_kmeans_clear(&found);
    input.count = 0;
    assert_true(img_kmeans_choose(&input, 0, &k, &silhouette, &err));
    assert_true(img_kmeans_run(&input, k, 1, &found, &err));
    img_kmeans_clear(&found);
}

static void a_chain_is_a_component(void **state)
{
    float rows[20 * 2];
    struct img_kmeans_input input = {.rows = rows, .count = 20, .dimension = 2, .threads = 1};
    struct img_kmeans found;
    struct img_err err;
    (void)state;
    for (size_t r = 0; r < 20; r++) {
        double angle = 0.1 * (double)r + (r >= 12 ? 0.5 : 0);
        rows[2 * r] = (float)cos(angle);
        rows[2 * r + 1] = (float)sin(angle);
    }
    assert_true(img_components_find(&input, cos(0.11), &found, &err));
    assert_int_equal(found.k, 2);
    for (size_t r = 0; r < 20; r++)
        assert_int_equal(found.cluster[r], r >= 12);
    assert_true(fabs(found.score[0] - cos(0.55)) < 1e-6);
    assert_true(img_by_cluster_renumber(&found, 20, 9, &err));
    assert_int_equal(found.k, 1);
    assert_int_equal(found.cluster[19], SIZE_MAX);
    assert_int_equal(found.cluster[0], 0);
    img_kmeans_clear(&found);
}

static void clusters_are_numbered_by_size(void **state)
{
    size_t cluster[] = {2, 1, 0, 1, SIZE_MAX, 3, 3, 3};
    struct img_kmeans found = {.k = 5, .cluster = malloc(sizeof cluster)};
    struct img_by_cluster groups;
    struct img_err err;
    static const size_t expected[] = {2, 1, 3, 1, SIZE_MAX, 0, 0, 0};
    (void)state;
    memcpy(found.cluster, cluster, sizeof cluster);
    assert_true(img_by_cluster_renumber(&found, 8, 1, &err));
    assert_int_equal(found.k, 4);
    assert_memory_equal(found.cluster, expected, sizeof expected);
    assert_true(img_by_cluster_make(&groups, &found, 8, &err));
    assert_int_equal(groups.first[1], 3);
    assert_int_equal(groups.rows[3], 1);
    assert_int_equal(groups.rows[4], 3);
    img_by_cluster_clear(&groups);
    img_kmeans_clear(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted_clusters_are_found), cmocka_unit_test(the_same_bits_again),
        cmocka_unit_test(rows_without_a_direction),   cmocka_unit_test(a_chain_is_a_component),
        cmocka_unit_test(clusters_are_numbered_by_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
