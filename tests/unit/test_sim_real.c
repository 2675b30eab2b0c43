/* Real vectors: CLIP's text embeddings of the classes of four data sets, as published. The nearest
 * neighbours of twenty words are those of a brute force, and make sense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/doc.h"
#include "search/search.h"
#include "support/npy.h"

enum { DIMENSION = 512, ROWS = 2148, LVIS = 1203, TOP = 10 };

static const struct {
    const char *word, *nearest; /* among the classes of LVIS */
} pairs[] = {
    {"cat", "kitten"},        {"dog", "puppy"},           {"guitar", "gun"},
    {"banana", "lemon"},      {"airplane", "jet_plane"},  {"sofa", "sofa_bed"},
    {"beer_bottle", "wine_bottle"}, {"bicycle", "motorcycle"}, {"cup", "mug"},
    {"horse", "pony"},        {"knife", "steak_knife"},   {"motorcycle", "bicycle"},
    {"owl", "bird"},          {"pizza", "pie"},           {"shark", "fish"},
    {"teapot", "teakettle"},  {"umbrella", "parasol"},    {"wineglass", "chalice"},
    {"zebra", "tiger"},       {"lemonade", "lemon"},
};

enum { PAIRS = sizeof pairs / sizeof *pairs };

static float from_half(uint16_t half)
{
    int exponent = half >> 10 & 31, fraction = half & 1023;
    float value = exponent == 0 ? ldexpf((float)fraction, -24)
                                : ldexpf((float)(fraction + 1024), exponent - 25);
    return half >> 15 ? -value : value;
}

static size_t load(const char *name, float *to)
{
    char path[128];
    struct npy npy;
    snprintf(path, sizeof path, "golden/clip-text-vectors/%s.npy", name);
    assert_true(npy_open(&npy, shared_path(path)));
    assert_string_equal(npy.type, "f2");
    assert_int_equal(npy.shape[1], DIMENSION);
    const uint16_t *halves = npy.data;
    for (size_t i = 0; i < npy.shape[0] * DIMENSION; i++)
        to[i] = from_half(halves[i]);
    size_t rows = npy.shape[0];
    npy_close(&npy);
    return rows;
}

static double cosine(const float *a, const float *b)
{
    double dot = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < DIMENSION; i++) {
        dot += (double)a[i] * b[i];
        aa += (double)a[i] * a[i];
        bb += (double)b[i] * b[i];
    }
    return dot / sqrt(aa * bb);
}

/* As many of the words in order as the LVIS file has classes. */
static size_t row_of(const struct img_doc *classes, const char *word)
{
    size_t row = 0;
    for (const struct img_doc *c = img_doc_first(classes); c; c = img_doc_next(c), row++)
        if (strcmp(img_doc_text(img_doc_get(c, "name")), word) == 0)
            return row;
    fail_msg("no class %s", word);
    return 0;
}

/* The hits are the best by brute force, as far as doubles tell. */
static void check_hits(const float *vectors, size_t count, size_t row, const struct img_hit *hits)
{
    for (size_t i = 0; i < TOP; i++) {
        double score = cosine(vectors + row * DIMENSION, vectors + hits[i].row * DIMENSION);
        size_t better = 0;
        assert_true(fabs(score - hits[i].score) < 1e-12);
        for (size_t other = 0; other < count; other++) {
            double theirs = cosine(vectors + row * DIMENSION, vectors + other * DIMENSION);
            better += theirs > hits[i].score + 1e-13 ||
                      (fabs(theirs - hits[i].score) <= 1e-13 && other < hits[i].row);
        }
        assert_int_equal(better, i);
    }
}

static void search(const float *vectors, size_t count, const size_t *rows, struct img_hit *hits)
{
    float queries[PAIRS * DIMENSION];
    size_t found[PAIRS];
    struct img_search *search;
    struct img_err err;
    const struct img_search_options options = {
        .vectors = vectors, .count = count, .dimension = DIMENSION, .threads = 2};
    for (size_t i = 0; i < PAIRS; i++)
        memcpy(queries + i * DIMENSION, vectors + rows[i] * DIMENSION, DIMENSION * sizeof(float));
    const struct img_search_request request = {.queries = queries, .count = PAIRS,
                                               .metric = IMG_METRIC_COSINE, .top_k = TOP,
                                               .min_score = -INFINITY};
    assert_true(img_search_open(&search, &options, &err));
    assert_true(img_search_top(search, &request, hits, found, &err));
    img_search_close(search);
    for (size_t i = 0; i < PAIRS; i++) {
        assert_int_equal(found[i], TOP);
        check_hits(vectors, count, rows[i], hits + i * TOP);
    }
}

static void test_neighbours(void **state)
{
    (void)state;
    if (!shared_folder()) {
        print_message("skipped: no ../shared\n");
        skip();
    }
    float *vectors = malloc((size_t)ROWS * DIMENSION * sizeof *vectors);
    struct img_hit hits[PAIRS * TOP];
    size_t rows[PAIRS], count;
    struct img_err err;
    assert_non_null(vectors);
    count = load("lvis_v1", vectors);
    assert_int_equal(count, LVIS);
    count += load("coco", vectors + count * DIMENSION);
    count += load("o365", vectors + count * DIMENSION);
    count += load("oid", vectors + count * DIMENSION);
    assert_int_equal(count, ROWS);
    struct img_doc *classes =
        img_doc_read(shared_path("golden/clip-text-vectors/lvis_v1_train_cat_info.json"), 1 << 20,
                     100000, IMG_ERR_BAD_RECORD, &err);
    assert_non_null(classes);
    for (size_t i = 0; i < PAIRS; i++)
        rows[i] = row_of(classes, pairs[i].word);
    search(vectors, ROWS, rows, hits);

    search(vectors, LVIS, rows, hits);
    for (size_t i = 0; i < PAIRS; i++) {
        assert_int_equal(hits[i * TOP].row, rows[i]);
        if (hits[i * TOP + 1].row != row_of(classes, pairs[i].nearest))
            fail_msg("%s: the nearest is row %zu, not %s", pairs[i].word, hits[i * TOP + 1].row,
                     pairs[i].nearest);
    }
    print_message("nearest neighbours of %d words among %d published vectors: as by brute force\n",
                  PAIRS, ROWS);
    img_doc_free(classes);
    free(vectors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_neighbours)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
