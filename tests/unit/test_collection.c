/* Collections: what is appended can be read, what is known is found, what is damaged is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collection/reader.h"
#include "collection/swap.h"
#include "collection/writer.h"
#include "support/collection_check.h"
#include "support/collection_rows.h"
#include "support/scratch.h"

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

static const char *folder(void)
{
    return scratch_path("pictures.vec");
}

static struct img_collection_writer *open_writer(void)
{
    struct img_collection_writer *writer = collection_writer(folder(), 4, &err);
    if (!writer)
        fail_msg("%s", err.text);
    return writer;
}

static void close_writer(struct img_collection_writer *writer)
{
    if (!img_collection_close_writer(writer, &err))
        fail_msg("%s", err.text);
}

static void append(struct img_collection_writer *writer, unsigned path, unsigned version)
{
    if (!collection_append(writer, 4, path, version, &err))
        fail_msg("%s", err.text);
}

static enum img_collection_state look(struct img_collection_writer *writer, unsigned path,
                                      unsigned version)
{
    enum img_collection_state state;
    if (!collection_look(writer, path, version, &state, &err))
        fail_msg("%s", err.text);
    return state;
}

static struct collection_checked checked(void)
{
    struct collection_checked result;
    if (!collection_check(folder(), true, &result))
        fail_msg("%s", result.why);
    return result;
}

static void test_round_trip(void **state)
{
    (void)state;
    struct img_collection *collection;
    struct img_collection_writer *writer = open_writer();
    for (unsigned i = 0; i < 100; i++)
        append(writer, i, 0);
    close_writer(writer);
    assert_int_equal(checked().count, 100);
    assert_int_equal(checked().beyond, 0);
    assert_true(img_collection_open(&collection, folder(), &err));
    const struct img_collection_facts *facts = img_collection_facts(collection);
    assert_int_equal(facts->count, 100);
    assert_int_equal(facts->dimension, 4);
    assert_int_equal(facts->dropped, 0);
    assert_string_equal(facts->model_name, "demo");
    for (unsigned i = 0; i < 100; i++) {
        float vector[4];
        const char *line;
        size_t len;
        struct img_buf expected = {0};
        collection_vector(i, 0, vector, 4);
        collection_record(i, 0, &expected);
        assert_memory_equal(img_collection_vectors(collection) + (size_t)i * 4, vector, 16);
        assert_true(img_collection_record(collection, i, &line, &len, &err));
        assert_int_equal(len + 1, expected.len);
        assert_memory_equal(line, expected.data, len);
        img_buf_clear(&expected);
    }
    assert_false(img_collection_record(collection, 100, &(const char *){0}, &(size_t){0}, &err));
    img_collection_close(collection);
}

static void test_empty(void **state)
{
    (void)state;
    struct img_collection *collection;
    close_writer(open_writer());
    assert_int_equal(checked().count, 0);
    assert_true(img_collection_open(&collection, folder(), &err));
    assert_int_equal(img_collection_facts(collection)->count, 0);
    img_collection_close(collection);
}

static void test_look(void **state)
{
    (void)state;
    struct img_collection_writer *writer = open_writer();
    assert_int_equal(look(writer, 1, 0), IMG_COLLECTION_ABSENT);
    for (unsigned i = 0; i < 50; i++)
        append(writer, i, 0);
    for (int again = 0; again < 3; again++) {
        for (unsigned i = 0; i < 50; i++) {
            assert_int_equal(look(writer, i, 0), IMG_COLLECTION_UNCHANGED);
            assert_int_equal(look(writer, i, 1), IMG_COLLECTION_CHANGED);
            assert_int_equal(look(writer, i + 50, 0), IMG_COLLECTION_ABSENT);
        }
        close_writer(writer);
        writer = open_writer();
    }
    close_writer(writer);
}

/* Paths that are not UTF-8, or need escapes, are found again. */
static void test_odd_paths(void **state)
{
    (void)state;
    static const char *const paths[] = {"a\"b\\c\n.jpg", "\xff\xfe.jpg", "caf\xc3\xa9/x.png",
                                        "\xef\xbf\xbd\xef\xbf\xbd.jpg"};
    enum img_collection_state found;
    struct img_stamp stamp = collection_stamp(7, 0);
    float vector[4] = {0};
    struct img_collection_writer *writer = open_writer();
    for (int again = 0; again < 2; again++) {
        for (size_t i = 0; i < 4; i++) {
            struct img_buf record = {0};
            size_t len = strlen(paths[i]);
            assert_true(img_collection_look(writer, paths[i], len, &stamp, NULL, &found, &err));
            assert_int_equal(found, again ? IMG_COLLECTION_UNCHANGED : IMG_COLLECTION_ABSENT);
            collection_record_of(paths[i], len, &stamp, &record);
            if (!again)
                assert_true(img_collection_append(writer, paths[i], len, vector, record.data,
                                                  record.len, &err));
            img_buf_clear(&record);
        }
        close_writer(writer);
        writer = open_writer();
    }
    close_writer(writer);
    assert_int_equal(checked().live_paths, 4);
}

static void test_changed_and_failed(void **state)
{
    (void)state;
    struct img_collection *collection;
    struct img_collection_writer *writer = open_writer();
    for (unsigned i = 0; i < 40; i++)
        append(writer, i, 0);
    close_writer(writer);
    writer = open_writer();
    append(writer, 5, 1);
    append(writer, 5, 2);
    append(writer, 38, 1);
    assert_true(collection_fail(writer, 7, &err));
    assert_true(collection_fail(writer, 100, &err));
    assert_int_equal(look(writer, 5, 2), IMG_COLLECTION_UNCHANGED);
    assert_int_equal(look(writer, 5, 0), IMG_COLLECTION_CHANGED);
    assert_int_equal(look(writer, 7, 0), IMG_COLLECTION_ABSENT);
    struct img_collection_counts counts = img_collection_counts(writer);
    assert_int_equal(counts.rows, 43);
    assert_int_equal(counts.dropped, 4);
    assert_int_equal(counts.failures, 2);
    close_writer(writer);
    assert_int_equal(checked().dropped, 4);
    assert_int_equal(checked().failures, 2);
    assert_true(img_collection_open(&collection, folder(), &err));
    assert_true(img_collection_is_dropped(collection, 5));
    assert_true(img_collection_is_dropped(collection, 40));
    assert_false(img_collection_is_dropped(collection, 41));
    assert_true(img_collection_is_dropped(collection, 38));
    assert_true(img_collection_is_dropped(collection, 7));
    img_collection_close(collection);
    writer = open_writer();
    assert_int_equal(look(writer, 5, 2), IMG_COLLECTION_UNCHANGED);
    assert_int_equal(look(writer, 7, 0), IMG_COLLECTION_ABSENT);
    append(writer, 7, 0);
    assert_int_equal(look(writer, 7, 0), IMG_COLLECTION_UNCHANGED);
    close_writer(writer);
    assert_int_equal(checked().failures, 0);
    assert_int_equal(checked().live_paths, 40);
}

/* Run after run with the same failures, and one without any. */
static void test_failures_of_the_last_run(void **state)
{
    (void)state;
    for (int run = 0; run < 3; run++) {
        struct img_collection_writer *writer = open_writer();
        assert_true(collection_fail(writer, 1, &err));
        assert_true(collection_fail(writer, 2, &err));
        close_writer(writer);
        assert_int_equal(checked().failures, 2);
    }
    close_writer(open_writer());
    assert_int_equal(checked().failures, 0);
    assert_int_equal(scratch_size("pictures.vec/failures.jsonl"), 0);
}

static void test_mirror(void **state)
{
    (void)state;
    static const char text[] = "{\"text\":\"a cat\"}\n";
    float vector[4] = {0};
    size_t dropped;
    struct img_collection_writer *writer = open_writer();
    for (unsigned i = 0; i < 30; i++)
        append(writer, i, 0);
    assert_true(img_collection_append(writer, "", 0, vector, text, sizeof text - 1, &err));
    assert_true(img_collection_mirror(writer, &dropped, &err));
    assert_int_equal(dropped, 0);
    close_writer(writer);
    writer = open_writer();
    for (unsigned i = 0; i < 30; i += 2)
        look(writer, i, i % 4);
    append(writer, 31, 0);
    append(writer, 1, 1);
    assert_true(img_collection_mirror(writer, &dropped, &err));
    assert_int_equal(dropped, 14);
    assert_true(img_collection_mirror(writer, &dropped, &err));
    assert_int_equal(dropped, 0);
    assert_int_equal(look(writer, 3, 0), IMG_COLLECTION_ABSENT);
    close_writer(writer);
}

static void test_other_model(void **state)
{
    (void)state;
    static const struct img_collection_spec others[] = {
        {8, "demo", "0123456789abcdef", "f32", true, NULL},
        {4, "demo", "0123456789abcdee", "f32", true, NULL},
        {4, "demo", "0123456789abcdef", "bf16", true, NULL},
        {4, "demo", "0123456789abcdef", "f32", false, NULL},
        {0, "demo", "0123456789abcdef", "f32", true, NULL},
    };
    struct img_collection_writer *writer;
    close_writer(open_writer());
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(img_collection_open_writer(&writer, folder(), &others[i], &err));
        assert_int_equal(err.code, IMG_ERR_CONFIG);
        print_message("%s\n", err.text);
    }
}

static void test_lock(void **state)
{
    (void)state;
    char pid[32];
    struct img_collection_writer *writer = open_writer();
    assert_null(collection_writer(folder(), 4, &err));
    assert_int_equal(err.code, IMG_ERR_CONFIG);
    snprintf(pid, sizeof pid, "(%ld)", (long)getpid());
    assert_non_null(strstr(err.text, pid));
    assert_false(img_collection_compact(folder(), NULL, &err));
    assert_int_equal(err.code, IMG_ERR_CONFIG);
    append(writer, 1, 0);
    struct img_collection *collection;
    assert_true(img_collection_open(&collection, folder(), &err));
    assert_int_equal(img_collection_facts(collection)->count, 1);
    img_collection_close(collection);
    close_writer(writer);
    close_writer(open_writer());
}

static void test_not_a_collection(void **state)
{
    (void)state;
    struct img_collection *collection;
    assert_false(img_collection_open(&collection, folder(), &err));
    assert_int_equal(err.code, IMG_ERR_NOT_FOUND);
    scratch_write("pictures.vec/holiday.jpg", "x", 1);
    assert_null(collection_writer(folder(), 4, &err));
    assert_int_equal(err.code, IMG_ERR_CONFIG);
    assert_non_null(strstr(err.text, "holiday.jpg"));
    assert_false(img_collection_open(&collection, folder(), &err));
    assert_int_equal(err.code, IMG_ERR_NOT_FOUND);
    scratch_write("file", "x", 1);
    assert_null(collection_writer(scratch_path("file"), 4, &err));
    assert_int_equal(err.code, IMG_ERR_OUTPUT);
}

static void test_bad_records(void **state)
{
    (void)state;
    static const char *const records[] = {
        "", "\n", "{}", "{\"image_path\":\"b\"}\n", "{\"image_path\":\"a\"}\n{}\n",
        "{\"image_path\":\"a\"\n", "[\"a\"]\n", "{\"image_path\":\"a\"}x\n",
    };
    float vector[4] = {0};
    struct img_collection_writer *writer = open_writer();
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        assert_false(img_collection_append(writer, "a", 1, vector, records[i], strlen(records[i]),
                                           &err));
        assert_int_equal(err.code, IMG_ERR_BAD_RECORD);
    }
    append(writer, 1, 0);
    close_writer(writer);
    assert_int_equal(checked().count, 1);
}

static void test_compact(void **state)
{
    (void)state;
    struct img_collection *before, *after;
    struct img_collection_writer *writer = open_writer();
    const char *line;
    size_t len;
    for (unsigned i = 0; i < 60; i++)
        append(writer, i, 0);
    for (unsigned i = 0; i < 60; i += 3)
        append(writer, i, 1);
    assert_true(collection_fail(writer, 1, &err));
    close_writer(writer);
    scratch_write("pictures.vec/notes.txt", "mine", 4);
    scratch_write("pictures.vec.partial/vectors.f32", "left", 4);
    assert_false(img_collection_compact(folder(), NULL, &err));
    assert_non_null(strstr(err.text, "pictures.vec.partial"));
    scratch_write("pictures.vec.partial/.lock", "", 0);
    assert_true(img_collection_open(&before, folder(), &err));
    if (!img_collection_compact(folder(), NULL, &err))
        fail_msg("%s", err.text);
    assert_int_equal(checked().count, 59);
    assert_int_equal(checked().dropped, 0);
    assert_int_equal(checked().failures, 1);
    assert_true(scratch_equal("pictures.vec/notes.txt", "mine", 4));
    assert_int_equal(access(scratch_path("pictures.vec.partial"), F_OK), -1);
    assert_true(img_collection_open(&after, folder(), &err));
    size_t at = 0;
    for (size_t row = 0; row < 80; row++) {
        const char *other;
        size_t other_len;
        if (img_collection_is_dropped(before, row))
            continue;
        assert_true(img_collection_record(before, row, &line, &len, &err));
        assert_true(img_collection_record(after, at, &other, &other_len, &err));
        assert_int_equal(len, other_len);
        assert_memory_equal(line, other, len);
        assert_memory_equal(img_collection_vectors(before) + row * 4,
                            img_collection_vectors(after) + at * 4, 16);
        at++;
    }
    assert_int_equal(at, 59);
    img_collection_close(before);
    img_collection_close(after);
    writer = open_writer();
    assert_int_equal(look(writer, 3, 1), IMG_COLLECTION_UNCHANGED);
    assert_int_equal(look(writer, 1, 0), IMG_COLLECTION_ABSENT);
    close_writer(writer);
    assert_true(img_collection_compact(folder(), NULL, &err));
}

/* Where two folders cannot be exchanged, and where that is interrupted. */
static void test_swap_by_renames(void **state)
{
    (void)state;
    struct img_swap swap;
    close_writer(open_writer());
    scratch_write("pictures.vec.partial/collection.json", "new", 3);
    assert_true(img_swap_names(&swap, folder(), &err));
    assert_true(img_swap_do(&swap, false, &err));
    assert_true(scratch_equal("pictures.vec/collection.json", "new", 3));
    assert_true(img_swap_do(&swap, false, &err));
    assert_int_equal(rename(swap.folder, swap.before), 0);
    struct img_collection_writer *writer = open_writer();
    append(writer, 1, 0);
    close_writer(writer);
    assert_int_equal(checked().count, 1);
    assert_int_equal(access(swap.before, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, begin, end),
        cmocka_unit_test_setup_teardown(test_empty, begin, end),
        cmocka_unit_test_setup_teardown(test_look, begin, end),
        cmocka_unit_test_setup_teardown(test_odd_paths, begin, end),
        cmocka_unit_test_setup_teardown(test_changed_and_failed, begin, end),
        cmocka_unit_test_setup_teardown(test_failures_of_the_last_run, begin, end),
        cmocka_unit_test_setup_teardown(test_mirror, begin, end),
        cmocka_unit_test_setup_teardown(test_other_model, begin, end),
        cmocka_unit_test_setup_teardown(test_lock, begin, end),
        cmocka_unit_test_setup_teardown(test_not_a_collection, begin, end),
        cmocka_unit_test_setup_teardown(test_bad_records, begin, end),
        cmocka_unit_test_setup_teardown(test_compact, begin, end),
        cmocka_unit_test_setup_teardown(test_swap_by_renames, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
