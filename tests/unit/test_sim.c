/* Sources of vectors, searching them, filters and diversity, without a model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collection/writer.h"
#include "sim/diversify.h"
#include "sim/filter.h"
#include "sim/find.h"
#include "support/collection_rows.h"
#include "support/scratch.h"

enum { DIMENSION = 16 };

static struct img_cli cli;
static struct img_config config;
static struct img_tally tally;
static struct img_sim_model model;

/* The same numbers on every run. */
static float number(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (float)((double)(*state >> 33) / (double)(UINT64_C(1) << 31) * 2 - 1);
}

/* Rows first to first + count; every fifth is dropped again. Vectors come from seed. */
static void make_collection(const char *name, unsigned first, unsigned count, uint64_t seed)
{
    struct img_err err;
    struct img_collection_writer *writer = collection_writer(scratch_path(name), DIMENSION, &err);
    assert_non_null(writer);
    for (unsigned i = first; i < first + count; i++) {
        char path[COLLECTION_PATH_ROOM];
        size_t len = collection_path(i, path);
        struct img_buf record = {0};
        float vector[DIMENSION];
        for (size_t d = 0; d < DIMENSION; d++)
            vector[d] = number(&seed);
        collection_record(i, 0, &record);
        assert_true(img_collection_append(writer, path, len, vector, record.data, record.len,
                                          &err));
        img_buf_clear(&record);
        if (i % 5 == 4)
            assert_true(collection_fail(writer, i, &err));
    }
    assert_true(img_collection_close_writer(writer, &err));
}

static struct img_sim_context make_context(const char *const *folders, size_t n)
{
    static const char *items[4];
    for (size_t i = 0; i < n; i++)
        items[i] = folders[i];
    config = (struct img_config){.v = {.parallel_processing = true}};
    cli = (struct img_cli){.common = {.jobs = 2}};
    tally = (struct img_tally){0};
    return (struct img_sim_context){.cli = &cli,
                                    .config = &config,
                                    .tally = &tally,
                                    .model = &model,
                                    .collections = {items, n}};
}

static int by_score(const void *a, const void *b)
{
    const struct img_hit *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->row > y->row) - (x->row < y->row);
}

/* All that can be found, best first, by looking at every row. */
static size_t brute_force(const struct img_sim_source *s, const float *query,
                          enum img_metric metric, struct img_hit *hits)
{
    size_t count = 0;
    for (size_t i = 0; i < s->part_count; i++)
        for (size_t r = 0; r < s->parts[i].count; r++) {
            size_t row = s->parts[i].first + r;
            if (!img_sim_source_skips(s, row))
                hits[count++] = (struct img_hit){
                    row, img_score(query, s->parts[i].vectors + r * DIMENSION, DIMENSION, metric)};
        }
    qsort(hits, count, sizeof *hits, by_score);
    return count;
}

static void assert_found(const struct img_sim_context *context, const struct img_sim_source *s,
                         enum img_metric metric, size_t k)
{
    enum { QUERIES = 3, ROWS = 400 };
    float queries[QUERIES * DIMENSION];
    struct img_hit hits[ROWS];
    struct img_sim_result *results = calloc(QUERIES * k, sizeof *results);
    size_t found[QUERIES];
    uint64_t seed = 99;
    struct img_sim_finder finder;
    struct img_arena arena = {0};
    struct img_err err;
    for (size_t i = 0; i < QUERIES * DIMENSION; i++)
        queries[i] = number(&seed);
    const struct img_search_request request = {.queries = queries, .count = QUERIES,
                                               .metric = metric, .top_k = k,
                                               .min_score = -INFINITY};
    assert_non_null(results);
    assert_true(img_sim_find_in_source(&finder, context, s, &err));
    assert_true(finder.top(finder.ctx, &request, &arena, results, found, &err));
    for (size_t q = 0; q < QUERIES; q++) {
        size_t count = brute_force(s, queries + q * DIMENSION, metric, hits);
        assert_int_equal(count, finder.count);
        assert_int_equal(found[q], count < k ? count : k);
        for (size_t i = 0; i < found[q]; i++) {
            const struct img_sim_result *result = &results[q * k + i];
            const char *line;
            size_t len;
            assert_true(result->score == hits[i].score);
            assert_true(img_sim_source_record(s, hits[i].row, &line, &len, &err));
            assert_ptr_equal(line, result->line);
            assert_int_equal(len, result->len);
            assert_true(img_score(queries + q * DIMENSION, result->vector, DIMENSION, metric) ==
                        result->score);
        }
    }
    img_sim_finder_close(&finder);
    img_arena_clear(&arena);
    free(results);
}

static void test_collections(void **state)
{
    struct img_err err;
    struct img_sim_source s;
    (void)state;
    scratch_open();
    make_collection("a", 0, 100, 1);
    make_collection("b", 100, 0, 2);
    make_collection("c", 200, 77, 3);
    const char *const folders[] = {scratch_path("a"), scratch_path("b"), scratch_path("c")};
    struct img_sim_context context = make_context(folders, 3);
    assert_true(img_sim_open_source(&context, false, &s, &err));
    assert_int_equal(s.count, 177);
    assert_int_equal(s.skipped, 20 + 15);
    assert_int_equal(s.dimension, DIMENSION);
    assert_null(s.vectors);
    assert_string_equal(s.facts.model_name, "demo");
    assert_true(img_sim_source_skips(&s, 4) && !img_sim_source_skips(&s, 5));
    assert_true(img_sim_source_skips(&s, 104) && !img_sim_source_skips(&s, 100));
    for (int metric = 0; metric < 3; metric++) {
        assert_found(&context, &s, (enum img_metric)metric, 1);
        assert_found(&context, &s, (enum img_metric)metric, 10);
        assert_found(&context, &s, (enum img_metric)metric, 300);
    }

    /* Side by side. */
    assert_true(img_sim_source_join(&s, &err));
    assert_memory_equal(s.vectors, s.parts[0].vectors, 100 * DIMENSION * sizeof(float));
    assert_memory_equal(s.vectors + 100 * DIMENSION, s.parts[2].vectors,
                        77 * DIMENSION * sizeof(float));
    for (size_t row = 0; row < s.count; row++)
        assert_true((s.skip[row / 8] >> row % 8 & 1) == img_sim_source_skips(&s, row));
    img_sim_source_skip(&s, 101);
    assert_true(img_sim_source_skips(&s, 101) && (s.skip[12] >> 5 & 1));
    assert_int_equal(s.skipped, 36);
    img_sim_source_close(&s);

    /* One: nothing is copied. */
    context = make_context(folders, 1);
    assert_true(img_sim_open_source(&context, true, &s, &err));
    assert_ptr_equal(s.vectors, s.parts[0].vectors);
    assert_true(img_sim_source_join(&s, &err));
    assert_ptr_equal(s.vectors, s.parts[0].vectors);
    assert_found(&context, &s, IMG_METRIC_COSINE, 7);
    img_sim_source_close(&s);
    scratch_close();
}

static void test_filter(void **state)
{
    enum { ROWS = 20000 };
    struct img_err err;
    struct img_sim_source s;
    struct img_arena arena = {0};
    struct img_where where;
    size_t at, expected = 0;
    (void)state;
    scratch_open();
    make_collection("many", 0, ROWS, 4);
    const char *const folders[] = {scratch_path("many")};
    struct img_sim_context context = make_context(folders, 1);
    assert_true(img_sim_open_source(&context, false, &s, &err));
    assert_true(img_where_parse("image_path ~ '*7.jpg' && file.size >= 5000", &arena, &where, &at,
                                &err));
    assert_true(img_sim_filter(&context, &s, &where, &err));
    for (size_t row = 0; row < ROWS; row++) {
        bool wanted = row % 10 == 7 && row >= 4000;
        expected += wanted;
        assert_true(img_sim_source_skips(&s, row) == !wanted);
    }
    assert_int_equal(s.count - s.skipped, expected);
    img_sim_source_close(&s);
    img_arena_clear(&arena);
    scratch_close();
}

/* Standard input is a file with these lines. */
static void give_input(const char *text)
{
    const char *path = scratch_write("input", text, strlen(text));
    assert_non_null(freopen(path, "r", stdin));
}

static void test_records(void **state)
{
    struct img_err err;
    struct img_sim_source s;
    const char *line;
    size_t len;
    (void)state;
    scratch_open();
    struct img_sim_context context = make_context(NULL, 0);
    cli.common.records = true;
    give_input("{\"image_path\":\"x\",\"error\":\"bad\"}\n"
               "{\"image_path\":\"a\",\"embedding\":[1,2],\"model_name\":\"m\"}\n"
               "\n"
               "not a record\n"
               "{\"embedding\":\"AACAPwAAAEA=\",\"model_fingerprint\":\"f\",\"x\":1e9}\n"
               "{\"text\":\"t\",\"embedding\":[3,4],\"model_fingerprint\":\"f\"}");
    assert_true(img_sim_open_source(&context, true, &s, &err));
    assert_int_equal(s.count, 5);
    assert_int_equal(s.failed, 2);
    assert_int_equal(tally.failed, 2);
    assert_int_equal(s.skipped, 3); /* and the text */
    assert_int_equal(s.dimension, 2);
    assert_string_equal(s.facts.model_name, "m");
    assert_string_equal(s.facts.fingerprint, "f");
    static const float expected[] = {0, 0, 1, 2, 0, 0, 1, 2, 3, 4};
    assert_memory_equal(s.vectors, expected, sizeof expected);
    assert_true(img_sim_source_record(&s, 3, &line, &len, &err));
    assert_int_equal(len, strlen("{\"model_fingerprint\":\"f\",\"x\":1e9}"));
    assert_memory_equal(line, "{\"model_fingerprint\":\"f\",\"x\":1e9}", len);
    img_sim_source_close(&s);

    give_input("");
    assert_true(img_sim_open_source(&context, false, &s, &err));
    assert_int_equal(s.count, 0);
    img_sim_source_close(&s);

    give_input("{\"embedding\":[1,2]}\n\n{\"embedding\":[1,2,3]}\n");
    assert_false(img_sim_open_source(&context, false, &s, &err));
    assert_int_equal(err.code, IMG_ERR_CONFIG);
    assert_string_equal(err.text, "line 3: dimension 3; standard input: dimension 2: they cannot "
                                  "be compared");
    img_sim_source_close(&s);

    give_input("{\"embedding\":[1],\"model_fingerprint\":\"f\"}\n"
               "{\"embedding\":[1],\"model_fingerprint\":\"g\"}\n");
    assert_false(img_sim_open_source(&context, false, &s, &err));
    assert_string_equal(err.text, "line 2: of model ?, fingerprint g; standard input: of model ?, "
                                  "fingerprint f: they cannot be compared");
    img_sim_source_close(&s);
    scratch_close();
}

static void test_no_collection(void **state)
{
    struct img_err err;
    struct img_sim_source s;
    (void)state;
    scratch_open();
    make_collection("a", 0, 3, 1);
    scratch_write("file", "x", 1);
    const char *const folders[] = {scratch_path("a"), scratch_path("nothing")};
    struct img_sim_context context = make_context(folders, 2);
    assert_false(img_sim_open_source(&context, false, &s, &err));
    assert_int_equal(err.code, IMG_ERR_SYSTEM);
    assert_non_null(strstr(err.text, "nothing: cannot open"));
    img_sim_source_close(&s);
    scratch_close();
}

/* Of two near each other, the one that is further from the query is put back. */
static void test_diversity(void **state)
{
    static const float vectors[] = {1, 0, 0.99f, 0.14f, 0.8f, -0.6f, 0.6f, 0.8f};
    const float query[] = {1, 0};
    struct img_sim_result results[4];
    struct img_err err;
    (void)state;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < 4; i++)
            results[i] = (struct img_sim_result){
                .vector = vectors + 2 * i,
                .score = img_score(query, vectors + 2 * i, 2, IMG_METRIC_COSINE)};
        assert_true(img_sim_diversify(results, 4, 3, 2, IMG_METRIC_COSINE, pass ? 0 : 0.7, &err));
        assert_ptr_equal(results[0].vector, vectors);
        assert_ptr_equal(results[1].vector, vectors + (pass ? 2 : 6));
        assert_ptr_equal(results[2].vector, vectors + 4);
        assert_ptr_equal(results[3].vector, vectors + (pass ? 6 : 2));
    }
    assert_true(img_sim_diversify(results, 0, 3, 2, IMG_METRIC_COSINE, 0.5, &err));
    assert_int_equal(img_sim_diversify_pool(1), 50);
    assert_int_equal(img_sim_diversify_pool(20), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collections),   cmocka_unit_test(test_filter),
        cmocka_unit_test(test_records),       cmocka_unit_test(test_no_collection),
        cmocka_unit_test(test_diversity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
