/* The derived file: with it, without it, and with one that is damaged, of other vectors or too old, a
 * search finds the same. */
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "search/inside.h"
#include "support/nearest.h"
#include "support/scratch.h"

enum { ROWS = 2100, DIMENSION = 83, QUERIES = 21, TOP = 7 };

static float vectors[ROWS * DIMENSION], queries[QUERIES * DIMENSION];
static const char *folder;

static int begin(void **state)
{
    (void)state;
    folder = scratch_open();
    nearest_clusters(vectors, ROWS, DIMENSION, 9, 0.3, 5);
    nearest_clusters(queries, QUERIES, DIMENSION, 9, 0.3, 5);
    return 0;
}

static int end(void **state)
{
    (void)state;
    scratch_close();
    return 0;
}

/* A collection's folder with these vectors in it. */
static struct img_search_options collection(const float *of, size_t count)
{
    unlink(scratch_path(IMG_DERIVED_NAME));
    scratch_write("vectors.f32", of, count * DIMENSION * sizeof *of);
    return (struct img_search_options){.vectors = of, .count = count, .dimension = DIMENSION,
                                       .folder = folder, .build = true, .threads = 2};
}

/* No file may be found at fault that is as it was built. */
static void no_warning(void *ctx, enum img_level level, const char *text)
{
    (void)ctx;
    if (level == IMG_WARNING)
        fail_msg("%s", text);
}

static struct img_search_request all_queries(void)
{
    return (struct img_search_request){
        .queries = queries, .count = QUERIES, .top_k = TOP, .min_score = -INFINITY};
}

static void check_all(struct img_search_options options, struct img_search_request request)
{
    const struct img_report report = {no_warning, NULL};
    options.report = &report;
    const char *differs = nearest_differs_anywhere(&options, &request);
    if (differs)
        fail_msg("%s", differs);
}

/* How many rows a search takes from the derived file when it opens it. */
static size_t derived_rows(struct img_search_options options)
{
    struct img_search *search;
    struct img_err err;
    assert_true(img_search_open(&search, &options, &err));
    size_t rows = search->derived.reduced.count;
    img_search_close(search);
    return rows;
}

static void the_same_is_found(void **state)
{
    (void)state;
    struct img_search_options options = collection(vectors, ROWS);
    struct img_search_request request = all_queries();
    options.build = false;
    assert_int_equal(derived_rows(options), 0);
    assert_int_equal(scratch_size(IMG_DERIVED_NAME), -1);
    options.build = true;
    assert_int_equal(derived_rows(options), ROWS);
    options.build = false;
    assert_int_equal(derived_rows(options), ROWS);
    check_all(options, request);
    for (request.count = 1; request.count < 6; request.count += 2)
        check_all(options, request);
    request.min_score = 0.9;
    check_all(options, request);
    request.top_k = ROWS;
    check_all(options, request);
}

static void random_vectors(void **state)
{
    (void)state;
    float *x = malloc(ROWS * DIMENSION * sizeof *x);
    assert_non_null(x);
    nearest_fill(x, ROWS * DIMENSION, 77);
    check_all(collection(x, ROWS), all_queries());
    /* Where the mean is most of a vector, and where lengths differ. */
    for (size_t i = 0; i < ROWS * DIMENSION; i++)
        x[i] = (i % DIMENSION == 3 ? 20.0f : 0.0f) + x[i] * (float)(1 + i / DIMENSION % 50);
    check_all(collection(x, ROWS), all_queries());
    free(x);
}

/* Rows that differ from a query's neighbour in a last bit here and there, many of them equal. */
static void near_ties(void **state)
{
    (void)state;
    float *x = malloc(ROWS * DIMENSION * sizeof *x);
    assert_non_null(x);
    for (uint64_t seed = 1; seed <= 4; seed++) {
        float noise[DIMENSION];
        for (size_t r = 0; r < ROWS; r++) {
            float *row = x + r * DIMENSION;
            memcpy(row, queries + r % 3 * DIMENSION, sizeof noise);
            nearest_fill(noise, DIMENSION, seed * 1000 + r % 700);
            for (size_t i = 0; i < DIMENSION; i += 1 + r % 17)
                row[i] = noise[i] > 0.5f   ? nextafterf(row[i], INFINITY)
                         : noise[i] < -0.5f ? nextafterf(row[i], -INFINITY)
                                            : row[i];
        }
        struct img_search_request request = all_queries();
        request.count = 6;
        request.top_k = 40;
        check_all(collection(x, ROWS), request);
    }
    free(x);
}

static void all_rows_alike(void **state)
{
    (void)state;
    float *x = malloc(ROWS * DIMENSION * sizeof *x);
    assert_non_null(x);
    for (size_t r = 0; r < ROWS; r++)
        memcpy(x + r * DIMENSION, vectors, DIMENSION * sizeof *x);
    check_all(collection(x, ROWS), all_queries());
    free(x);
}

static void odd_rows(void **state)
{
    (void)state;
    float *x = malloc(ROWS * DIMENSION * sizeof *x);
    assert_non_null(x);
    memcpy(x, vectors, ROWS * DIMENSION * sizeof *x);
    for (size_t r = 0; r < ROWS; r += 13)
        for (size_t i = 0; i < DIMENSION; i++) {
            float *at = &x[r * DIMENSION + i];
            const float kinds[] = {0, i ? *at : NAN, i ? *at : INFINITY, *at * 1e35f, *at * 1e-38f,
                                   *at * 1e12f, *at * 1e-12f, 1e-45f};
            *at = kinds[r / 13 % 8];
        }
    struct img_search_request request = all_queries();
    check_all(collection(x, ROWS), request);
    request.top_k = ROWS;
    request.count = 2;
    check_all(collection(x, ROWS), request);
    free(x);
}

static void odd_queries(void **state)
{
    (void)state;
    float odd[2 * DIMENSION] = {0};
    struct img_search_options options = collection(vectors, ROWS);
    struct img_search_request request = all_queries();
    request.queries = odd;
    request.count = 2;
    for (size_t i = 0; i < DIMENSION; i++) {
        odd[i] = queries[i];
        odd[DIMENSION + i] = queries[i] * 1e-38f;
    }
    check_all(options, request);
    for (size_t i = 0; i < DIMENSION; i++)
        odd[DIMENSION + i] = queries[i] * 1e37f;
    check_all(options, request);
}

static void some_skipped(void **state)
{
    (void)state;
    uint8_t skip[(ROWS + 7) / 8];
    struct img_search_request request = all_queries();
    for (size_t i = 0; i < sizeof skip; i++)
        skip[i] = (uint8_t)(i * 37 + 11);
    request.skip = skip;
    check_all(collection(vectors, ROWS), request);
}

static void rows_appended_since(void **state)
{
    (void)state;
    struct img_search_options options = collection(vectors, ROWS - 700);
    assert_int_equal(derived_rows(options), ROWS - 700);
    struct stat info;
    assert_int_equal(stat(scratch_path("vectors.f32"), &info), 0);
    ino_t inode = info.st_ino;
    scratch_write("vectors.f32", vectors, sizeof vectors);
    assert_int_equal(stat(scratch_path("vectors.f32"), &info), 0);
    options.count = ROWS;
    if (info.st_ino == inode)
        assert_int_equal(derived_rows(options), ROWS - 700);
    check_all(options, all_queries());
    options.count = ROWS - 800; /* cannot be: it only grows */
    options.build = false;
    assert_int_equal(derived_rows(options), 0);
}

/* Rows too long for bounds fill the short lists before those that the file lacks are scored. */
static void rows_appended_to_ones_without_bounds(void **state)
{
    (void)state;
    float *x = malloc(sizeof vectors);
    assert_non_null(x);
    for (size_t i = 0; i < ROWS * DIMENSION; i++)
        x[i] = vectors[i] * (i < 1000 * DIMENSION ? 1e15f : 1);
    struct img_search_options options = collection(x, ROWS - 900);
    options.threads = 1;
    assert_int_equal(derived_rows(options), ROWS - 900);
    int fd = open(scratch_path("vectors.f32"), O_WRONLY | O_APPEND);
    size_t size = 900 * DIMENSION * sizeof *x;
    assert_true(fd >= 0 && write(fd, x + (ROWS - 900) * DIMENSION, size) == (ssize_t)size);
    close(fd);
    options.count = ROWS;
    assert_int_equal(derived_rows(options), ROWS - 900);
    check_all(options, all_queries());
    free(x);
}

/* A search gives what it must, whatever became of the file, and build mends it. */
static void check_damaged(struct img_search_options options, const struct img_hit *wanted,
                          const size_t *found, const char *what, size_t where)
{
    const struct img_search_request request = all_queries();
    options.build = false;
    const char *differs = nearest_differs(&options, &request, wanted, found);
    if (differs)
        fail_msg("%s at %zu: %s", what, where, differs);
}

static void damaged_files(void **state)
{
    (void)state;
    struct img_search_options options = collection(vectors, ROWS);
    const struct img_search_request request = all_queries();
    struct img_hit wanted[QUERIES * TOP];
    size_t found[QUERIES];
    struct img_map whole;
    struct img_err err;
    nearest_brute(&options, &request, wanted, found);
    assert_int_equal(derived_rows(options), ROWS);
    assert_true(img_map_open(&whole, scratch_path(IMG_DERIVED_NAME), &err));
    size_t size = whole.size;
    unsigned char *bytes = malloc(size);
    assert_non_null(bytes);
    memcpy(bytes, whole.data, size);
    img_map_close(&whole);
    for (size_t i = 0, at = 0; at < size; i++, at += at < 72 ? 1 : 1499 + i % 7) {
        bytes[at] ^= (unsigned char)(1u << i % 8);
        scratch_write(IMG_DERIVED_NAME, bytes, size);
        check_damaged(options, wanted, found, "a bit", at);
        bytes[at] ^= (unsigned char)(1u << i % 8);
    }
    for (size_t at = 4096; at + 4096 <= size; at += 20 * 4096) {
        unsigned char page[4096];
        memcpy(page, bytes + at, sizeof page);
        memset(bytes + at, 0, sizeof page);
        scratch_write(IMG_DERIVED_NAME, bytes, size);
        check_damaged(options, wanted, found, "a page of zeros", at);
        memcpy(bytes + at, page, sizeof page);
    }
    for (size_t len = 0; len < size; len = len * 2 + 13) {
        scratch_write(IMG_DERIVED_NAME, bytes, len);
        check_damaged(options, wanted, found, "an end", len);
    }
    assert_int_equal(derived_rows(options), ROWS);
    free(bytes);
}

static void a_damaged_file_is_built_anew(void **state)
{
    (void)state;
    struct img_search_options options = collection(vectors, ROWS);
    const struct img_search_request request = all_queries();
    struct img_hit hits[QUERIES * TOP];
    size_t found[QUERIES];
    struct img_search *search;
    struct img_map whole;
    struct img_err err;
    assert_int_equal(derived_rows(options), ROWS);
    assert_true(img_map_open(&whole, scratch_path(IMG_DERIVED_NAME), &err));
    unsigned char *bytes = malloc(whole.size);
    assert_non_null(bytes);
    memcpy(bytes, whole.data, whole.size);
    bytes[whole.size / 2] ^= 4;
    scratch_write(IMG_DERIVED_NAME, bytes, whole.size);
    img_map_close(&whole);
    free(bytes);
    assert_true(img_search_open(&search, &options, &err));
    assert_int_equal(search->derived.reduced.count, ROWS);
    assert_true(img_search_top(search, &request, hits, found, &err));
    assert_int_equal(search->derived.reduced.count, 0);
    assert_int_equal(scratch_size(IMG_DERIVED_NAME), -1);
    assert_true(img_search_top(search, &request, hits, found, &err));
    img_search_close(search);
    assert_int_equal(derived_rows(options), ROWS);
}

static void a_file_of_other_vectors(void **state)
{
    (void)state;
    float *other = malloc(ROWS * DIMENSION * sizeof *other);
    assert_non_null(other);
    nearest_fill(other, ROWS * DIMENSION, 3);
    assert_int_equal(derived_rows(collection(other, ROWS)), ROWS);
    scratch_copy("kept", scratch_path(IMG_DERIVED_NAME));
    struct img_search_options options = collection(vectors, ROWS);
    scratch_copy(IMG_DERIVED_NAME, scratch_path("kept"));
    options.build = false;
    assert_int_equal(derived_rows(options), 0);
    check_all(options, all_queries());
    options.build = true;
    assert_int_equal(derived_rows(options), ROWS);
    free(other);
}

static void note(void *ctx, enum img_level level, const char *text)
{
    assert_int_equal(level, IMG_NOTE);
    assert_non_null(strstr(text, "not built"));
    ++*(int *)ctx;
}

static void where_nothing_can_be_written(void **state)
{
    (void)state;
    int notes = 0;
    const struct img_report report = {note, &notes};
    struct img_search_options options = collection(vectors, ROWS);
    options.report = &report;
    struct rlimit before, low;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    low = before;
    low.rlim_cur = 50000;
    void (*old)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    size_t rows = derived_rows(options);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, old);
    assert_int_equal(rows, 0);
    assert_int_equal(notes, 1);
    assert_int_equal(scratch_size(IMG_DERIVED_NAME), -1);
    if (geteuid() != 0) {
        assert_int_equal(chmod(folder, 0555), 0);
        rows = derived_rows(options);
        assert_int_equal(chmod(folder, 0755), 0);
        assert_int_equal(rows, 0);
        assert_int_equal(notes, 2);
    }
    options.report = NULL;
    options.folder = "/nonexistent";
    assert_int_equal(derived_rows(options), 0);
    check_all(options, all_queries());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_is_found),
        cmocka_unit_test(random_vectors),
        cmocka_unit_test(near_ties),
        cmocka_unit_test(all_rows_alike),
        cmocka_unit_test(odd_rows),
        cmocka_unit_test(odd_queries),
        cmocka_unit_test(some_skipped),
        cmocka_unit_test(rows_appended_since),
        cmocka_unit_test(rows_appended_to_ones_without_bounds),
        cmocka_unit_test(damaged_files),
        cmocka_unit_test(a_damaged_file_is_built_anew),
        cmocka_unit_test(a_file_of_other_vectors),
        cmocka_unit_test(where_nothing_can_be_written),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
