/* Groups of duplicates: complete-link clusters against their definition, what is kept, and looks
 * under all orientations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/dupes_looks.h"
#include "sim/link.h"

enum { COUNT = 60 };

static uint32_t seed;

static uint32_t random_bits(void)
{
    seed = seed * 1664525U + 1013904223U;
    return seed >> 16;
}

/* By the definition: again and again those two clusters are merged whose least alike members are
 * most alike, until there are none over the threshold. Scores differ, so that there is one
 * answer. */
static void link_slowly(double scores[COUNT][COUNT], double threshold, uint32_t of[COUNT])
{
    for (uint32_t i = 0; i < COUNT; i++)
        of[i] = i;
    for (;;) {
        double best = -2;
        uint32_t first = 0, second = 0;
        for (uint32_t a = 0; a < COUNT; a++)
            for (uint32_t b = a + 1; b < COUNT; b++) {
                double least = 2;
                for (uint32_t i = 0; i < COUNT; i++)
                    for (uint32_t j = 0; j < COUNT; j++)
                        if (of[i] == a && of[j] == b && scores[i][j] < least)
                            least = scores[i][j];
                if (least <= 1 && least > best) {
                    best = least;
                    first = a;
                    second = b;
                }
            }
        if (best < threshold)
            return;
        for (uint32_t i = 0; i < COUNT; i++)
            if (of[i] == second)
                of[i] = first;
    }
}

static void clusters_are_those_of_the_definition(void **state)
{
    static double scores[COUNT][COUNT];
    struct img_link links[COUNT * COUNT];
    uint32_t expected[COUNT], of[COUNT];
    double least[COUNT], points[COUNT];
    struct img_err err;
    (void)state;
    for (seed = 1; seed < 2000000000; seed = seed * 31 + 7) {
        size_t n = 0;
        double threshold = 0.5 + (random_bits() % 100) / 250.0;
        for (size_t i = 0; i < COUNT; i++)
            points[i] = random_bits() % 1000 / 1000.0;
        for (size_t i = 0; i < COUNT; i++)
            for (size_t j = 0; j < i; j++)
                scores[i][j] = scores[j][i] =
                    1 - fabs(points[i] - points[j]) - random_bits() / 6553600.0 -
                    (double)(i * COUNT + j) * 1e-9;
        for (uint32_t i = 0; i < COUNT; i++)
            for (uint32_t j = i + 1; j < COUNT; j++)
                if (scores[i][j] >= threshold)
                    links[n++] = (struct img_link){i, j, scores[i][j]};
        link_slowly(scores, threshold, expected);
        assert_true(img_link_complete(links, n, of, least, COUNT, &err));
        assert_memory_equal(of, expected, sizeof of);
        for (uint32_t c = 0; c < COUNT; c++) {
            double smallest = 2;
            for (uint32_t i = 0; i < COUNT; i++)
                for (uint32_t j = 0; j < i; j++)
                    if (of[i] == c && of[j] == c && scores[i][j] < smallest)
                        smallest = scores[i][j];
            assert_true(smallest > 1 || fabs(smallest - least[c]) <= 0);
        }
    }
}

static void a_large_clique_is_one_cluster(void **state)
{
    enum { SIDE = 700 };
    size_t n = 0;
    struct img_link *links = calloc((size_t)SIDE * SIDE / 2, sizeof *links);
    uint32_t *of = calloc(SIDE, sizeof *of);
    double *least = calloc(SIDE, sizeof *least);
    struct img_err err;
    (void)state;
    seed = 3;
    for (uint32_t i = 0; i < SIDE; i++)
        for (uint32_t j = i + 1; j < SIDE; j++)
            links[n++] = (struct img_link){i, j, 0.9 + random_bits() / 6553600.0};
    assert_true(img_link_complete(links, n, of, least, SIDE, &err));
    for (uint32_t i = 0; i < SIDE; i++)
        assert_int_equal(of[i], 0);
    assert_true(least[0] >= 0.9 && least[0] < 0.9001);
    assert_true(img_link_complete(links, 0, of, least, SIDE, &err));
    assert_int_equal(of[SIDE - 1], SIDE - 1);
    free(links);
    free(of);
    free(least);
}

static void records_are_read_as_far_as_they_make_sense(void **state)
{
    static const char line[] =
        "{\"image_path\":\"a\",\"image_id\":\"000102030405060708090a0b0c0d0e0f\","
        "\"metadata\":{\"width\":1,\"height\":1},\"picture\":{\"width\":40,\"height\":30,\"shrink\":2,"
        "\"pixels_hash\":\"ff0102030405060708090a0b0c0d0e0f\",\"perceptual_hash\":"
        "\"0000000000000000000000000000000000000000000000000000000000000000\"},"
        "\"file\":{\"size\":1,\"mtime_ns\":-5}}";
    static const char odd[] = "{\"image_id\":\"000102030405060708090A0B0C0D0E0F\",\"metadata\":"
                              "{\"width\":4294967296,\"height\":1},\"file\":{\"mtime_ns\":0.5}}";
    struct img_arena arena = {0};
    struct img_dupes_row row;
    struct img_err err;
    (void)state;
    assert_true(img_dupes_row_read(&row, line, sizeof line - 1, &arena, &err));
    assert_true(row.has_id && row.has_pixels && row.has_look && row.standing);
    assert_int_equal(row.id.bytes[15], 15);
    assert_int_equal(row.pixels.bytes[0], 255);
    assert_int_equal(row.width, 40);
    assert_int_equal(row.shrink, 2);
    assert_int_equal(row.time_ns, -5);
    assert_true(img_dupes_row_read(&row, odd, sizeof odd - 1, &arena, &err));
    assert_false(row.has_id || row.has_pixels || row.has_look);
    assert_int_equal(row.width, 0);
    assert_true(row.time_ns == INT64_MAX);
    assert_false(img_dupes_row_read(&row, "[]", 2, &arena, &err));
    img_arena_clear(&arena);
}

/* A look of random states, two thirds of them something. */
static struct img_look random_look(uint8_t level)
{
    struct img_perceptual hash = {0};
    struct img_look look;
    for (unsigned bit = 0; bit < IMG_PERCEPTUAL_COEFFICIENTS; bit++) {
        unsigned value = random_bits() % 3;
        hash.bytes[bit / 8] |= (uint8_t)((value == 2) << bit % 8);
        hash.bytes[IMG_PERCEPTUAL_PLANE + bit / 8] |= (uint8_t)((value > 0) << bit % 8);
    }
    assert_true(img_perceptual_look(&hash, &look));
    look.red = look.green = look.blue = level;
    return look;
}

static struct img_dupes_row *make_rows(size_t count)
{
    struct img_dupes_row *rows = calloc(count, sizeof *rows);
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct img_dupes_row){.row = i, .standing = true, .has_look = true};
    return rows;
}

/* Every turned look is found, however its colour has moved by a step, and nothing else. */
static void turned_looks_are_found(void **state)
{
    enum { PICTURES = 300, ROWS = PICTURES * 9 };
    struct img_dupes dupes;
    struct img_err err;
    static float vectors[ROWS][2];
    const struct img_dupes_looks_options options = {.vectors = {vectors[0], 2}};
    struct img_dupes_row *rows = make_rows(ROWS);
    (void)state;
    seed = 9;
    for (unsigned i = 0; i < PICTURES; i++) {
        rows[i].look = random_look((uint8_t)(i % 32));
        for (unsigned turn = 1; turn <= 8; turn++) {
            struct img_look *look = &rows[PICTURES + i * 8 + turn - 1].look;
            img_look_turn(&rows[i].look, turn, look);
            if (turn % 2 && look->red < 31)
                look->red++;
            if (turn % 3 == 0 && look->blue > 0)
                look->blue--;
        }
    }
    for (size_t i = 0; i < ROWS; i++)
        vectors[i][0] = 1;
    assert_true(img_dupes_init(&dupes, rows, ROWS, &err));
    assert_true(img_dupes_find_looks(&dupes, &options, &err));
    img_dupes_sort(&dupes);
    assert_int_equal(dupes.group_count, PICTURES);
    for (unsigned i = 0; i < PICTURES; i++) {
        const struct img_dupes_member *members = dupes.members + dupes.groups[i].first;
        assert_int_equal(dupes.groups[i].count, 9);
        assert_int_equal(members[0].at, i);
        for (unsigned turn = 1; turn <= 8; turn++) {
            assert_int_equal(members[turn].at, PICTURES + i * 8 + turn - 1);
            assert_int_equal(members[turn].distance, 0);
            assert_int_equal(members[turn].orientation, img_orientation_inverse(turn));
        }
    }
    img_dupes_clear(&dupes);
}

/* Looks alone do not make a copy, nor do pictures that look like nothing. */
static void embeddings_confirm(void **state)
{
    static const float vectors[3][2] = {{1, 0}, {0, 1}, {1, 0.1F}};
    const struct img_dupes_looks_options options = {.vectors = {vectors[0], 2}};
    struct img_dupes dupes;
    struct img_err err;
    struct img_dupes_row *rows = make_rows(3);
    (void)state;
    seed = 4;
    rows[0].look = rows[1].look = rows[2].look = random_look(7);
    assert_true(img_dupes_init(&dupes, rows, 3, &err));
    assert_true(img_dupes_find_looks(&dupes, &options, &err));
    assert_int_equal(dupes.group_count, 1);
    assert_int_equal(dupes.groups[0].count, 2);
    assert_int_equal(dupes.members[1].at, 2);
    img_dupes_clear(&dupes);
    rows = make_rows(3);
    assert_true(img_dupes_init(&dupes, rows, 3, &err));
    assert_true(img_dupes_find_looks(&dupes, &options, &err));
    assert_int_equal(dupes.group_count, 0);
    img_dupes_clear(&dupes);
}

static void equal_hashes_make_groups(void **state)
{
    struct img_dupes dupes;
    struct img_err err;
    struct img_dupes_row *rows = make_rows(6);
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        rows[i].row = 5 - i;
        rows[i].has_id = i != 4;
        rows[i].has_pixels = true;
        rows[i].id.bytes[0] = i < 3 ? (uint8_t)(i / 2) : 9;
        rows[i].pixels.bytes[3] = (uint8_t)(i / 3);
    }
    assert_true(img_dupes_init(&dupes, rows, 6, &err));
    assert_true(img_dupes_find_equal(&dupes, IMG_TIER_IDENTICAL, &err));
    assert_int_equal(dupes.group_count, 2); /* 0 1, 3 5 */
    assert_true(img_dupes_find_equal(&dupes, IMG_TIER_SAME_PIXELS, &err));
    assert_int_equal(dupes.group_count, 4); /* 0 2, 3 4 */
    img_dupes_sort(&dupes);
    const size_t expected[4][2] = {{3, 5}, {0, 1}, {3, 4}, {0, 2}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(dupes.groups[i].tier, i / 2);
        assert_int_equal(dupes.groups[i].count, 2);
        for (size_t j = 0; j < 2; j++)
            assert_int_equal(dupes.members[dupes.groups[i].first + j].at, expected[i][j]);
    }
    img_dupes_clear(&dupes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clusters_are_those_of_the_definition),
        cmocka_unit_test(a_large_clique_is_one_cluster),
        cmocka_unit_test(records_are_read_as_far_as_they_make_sense),
        cmocka_unit_test(turned_looks_are_found),
        cmocka_unit_test(embeddings_confirm),
        cmocka_unit_test(equal_hashes_make_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
