/* A collection of 200,000 rows: memory does not grow with it, and paths are found fast. Speeds are
 * printed and not judged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collection/reader.h"
#include "collection/writer.h"
#include "support/collection_rows.h"
#include "support/scratch.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum { DIMENSION = 8 };

static struct img_err err;

static int begin(void **state)
{
    (void)state;
    scratch_open();
    return 0;
}

static int end(void **state)
{
    (void)state;
    scratch_close();
    return 0;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Of this process, in KiB. */
static long rss_anon(void)
{
    char line[256];
    long kib = 0;
    FILE *status = fopen("/proc/self/status", "r");
    assert_non_null(status);
    while (fgets(line, sizeof line, status))
        if (strncmp(line, "RssAnon:", 8) == 0)
            kib = strtol(line + 8, NULL, 10);
    fclose(status);
    return kib;
}

/* Under a sanitizer or valgrind memory is not ours to measure, and everything is slow. */
static bool measured(void)
{
    return !SANITIZED && getenv("LD_PRELOAD") == NULL;
}

static void look_all(struct img_collection_writer *writer, unsigned rows, unsigned stride,
                     const char *what)
{
    double start = seconds();
    for (unsigned i = 0; i < rows; i++) {
        enum img_collection_state found;
        unsigned path = (unsigned)((uint64_t)i * stride % rows);
        assert_true(collection_look(writer, path, 0, &found, &err));
        assert_int_equal(found, IMG_COLLECTION_UNCHANGED);
    }
    double took = seconds() - start;
    print_message("looking, %s: %.0f paths/s\n", what, rows / took);
}

static struct img_collection_writer *open_timed(const char *what)
{
    double start = seconds();
    struct img_collection_writer *writer = collection_writer(scratch_path("c"), DIMENSION, &err);
    if (!writer)
        fail_msg("%s", err.text);
    print_message("opening %s: %.3f s\n", what, seconds() - start);
    return writer;
}

static void test_memory_and_speed(void **state)
{
    (void)state;
    unsigned rows = measured() ? 200000 : 10000;
    size_t dropped;
    struct img_collection_writer *writer = open_timed("a new one");
    double start = seconds();
    for (unsigned path = 0; path < rows / 20; path++)
        assert_true(collection_append(writer, DIMENSION, path, 0, &err));
    long early = rss_anon();
    for (unsigned path = rows / 20; path < rows; path++)
        assert_true(collection_append(writer, DIMENSION, path, 0, &err));
    print_message("%u rows: %.0f rows/s\n", rows, rows / (seconds() - start));
    long late = rss_anon();
    print_message("RssAnon %ld KiB at %u rows, %ld KiB at %u\n", early, rows / 20, late, rows);
    if (measured())
        assert_true(late - early < 512);
    assert_true(img_collection_close_writer(writer, &err));
    writer = open_timed("it again");
    look_all(writer, rows, 1, "in order");
    look_all(writer, rows, 7919, "out of order");
    start = seconds();
    assert_true(img_collection_mirror(writer, &dropped, &err));
    assert_int_equal(dropped, 0);
    print_message("mirroring: %.3f s\n", seconds() - start);
    if (measured())
        assert_true(rss_anon() - early < 512);
    assert_true(img_collection_close_writer(writer, &err));
    assert_int_equal(remove(scratch_path("c/index.bin")), 0);
    assert_int_equal(remove(scratch_path("c/offsets.u64")), 0);
    writer = open_timed("it without index and offsets");
    look_all(writer, rows, 1, "in order");
    if (measured())
        assert_true(rss_anon() - early < 512);
    assert_true(img_collection_close_writer(writer, &err));
}

struct looker {
    struct img_collection_writer *writer;
    unsigned rows, stride;
    unsigned known; /* how often the path was there */
};

static void *look_on(void *ctx)
{
    struct looker *looker = ctx;
    struct img_err own;
    for (unsigned i = 0; i < 4 * looker->rows; i++) {
        enum img_collection_state found;
        unsigned path = (unsigned)((uint64_t)i * looker->stride % looker->rows);
        if (!collection_look(looker->writer, path, 0, &found, &own))
            return looker;
        looker->known += found == IMG_COLLECTION_UNCHANGED;
    }
    return NULL;
}

/* Others look while one appends. */
static void test_threads(void **state)
{
    (void)state;
    enum { ROWS = 2000, LOOKERS = 3 };
    pthread_t threads[LOOKERS];
    struct looker lookers[LOOKERS];
    struct img_collection_writer *writer = open_timed("a new one");
    for (unsigned i = 0; i < LOOKERS; i++) {
        lookers[i] = (struct looker){writer, ROWS, 2 * i + 1, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, look_on, &lookers[i]), 0);
    }
    for (unsigned path = 0; path < ROWS; path++)
        assert_true(collection_append(writer, DIMENSION, path, 0, &err));
    for (unsigned i = 0; i < LOOKERS; i++) {
        void *failed;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    look_all(writer, ROWS, 1, "after all");
    assert_true(img_collection_close_writer(writer, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_memory_and_speed, begin, end),
        cmocka_unit_test_setup_teardown(test_threads, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
