/* Facts asked of a worker that may write anything, and of the real one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "hooks/hooks.h"
#include "support/hooked.h"
#include "worker/worker.h"

static struct img_arena arena;

static struct img_workers *open_workers(const char *program)
{
    const struct img_worker_options options = {.program = program, .slots = 1,
                                               .timeout_ms = 10000};
    struct img_workers *workers;
    struct img_err err;
    if (!img_workers_open(&workers, &options, &err))
        fail_msg("%s", err.text);
    return workers;
}

static bool ask(struct img_workers *workers, const void *bytes, size_t len,
                struct img_info *info, struct img_facts *facts, struct img_err *err)
{
    const struct img_facts_options options = {.formats = UINT32_MAX};
    uint8_t *to = img_worker_input(workers, 0, len, err);
    assert_non_null(to);
    memcpy(to, bytes, len);
    return img_worker_facts(workers, 0, len, &options, &arena, info, facts, err);
}

/* The hooked worker's facts are the picture's bytes. */
static void what_a_worker_says_is_checked(void **state)
{
    static const char good[] = "{\"camera_info\":{\"make\":\"A\"},\"gps_info\":null,\"notes\":[]}";
    static const char *const bad[] = {"no JSON", "{\"camera_info\":{\"make\":\"A\"}", "[1]"};
    struct img_workers *workers = open_workers(hooked_program);
    struct img_prep prep = IMG_PREP_DEFAULTS;
    struct img_facts facts;
    struct img_info info;
    struct img_err err;
    uint8_t pixels[8 * 8 * 3];
    uint32_t formats;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_true(ask(workers, bad[i], strlen(bad[i]), &info, &facts, &err));
        assert_null(facts.camera_info);
        assert_null(facts.notes);
    }
    assert_true(ask(workers, good, strlen(good), &info, &facts, &err));
    assert_string_equal(facts.camera_info, "{\"make\":\"A\"}");
    assert_null(facts.gps_info);
    assert_int_equal(info.format, IMG_FORMAT_PNG);
    /* The input is still there for a decoding. */
    prep.size = prep.resize = 8;
    assert_true(img_worker_decode(workers, 0, strlen(good), &prep, pixels, &info, &err));
    for (size_t i = 0; i < sizeof pixels; i++)
        assert_int_equal(pixels[i], hooks_pixel((const uint8_t *)good, strlen(good), i));
    assert_true(img_worker_formats(workers, 0, &formats, &err));
    assert_int_equal(formats, 1U << IMG_FORMAT_PNG);
    img_workers_close(workers);
}

/* Longer than any honest answer. */
static void facts_have_a_ceiling(void **state)
{
    struct img_workers *workers = open_workers(hooked_program);
    size_t len = 1U << 20;
    char *big = malloc(len);
    struct img_facts facts;
    struct img_info info;
    struct img_err err;
    (void)state;
    assert_non_null(big);
    memset(big, ' ', len);
    assert_false(ask(workers, big, len, &info, &facts, &err));
    assert_int_equal(err.code, IMG_ERR_OUT_OF_MEMORY);
    assert_true(ask(workers, "{}", 2, &info, &facts, &err));
    free(big);
    img_workers_close(workers);
}

static void the_real_one(void **state)
{
    struct img_workers *workers = open_workers(NULL);
    struct img_buf bytes = {0};
    struct img_facts facts;
    struct img_info info;
    struct img_err err;
    uint32_t formats;
    (void)state;
    assert_true(img_file_read("tests/data/meta/exif_full.jpg", 1U << 20, &bytes, &err));
    assert_true(ask(workers, bytes.data, bytes.len, &info, &facts, &err));
    assert_int_equal(info.width, 300);
    assert_non_null(strstr(facts.camera_info, "Model 7"));
    assert_non_null(strstr(facts.gps_info, "-33.859833333333334"));
    assert_null(facts.extended);
    assert_false(ask(workers, "hello", 5, &info, &facts, &err));
    assert_int_equal(err.code, IMG_ERR_NOT_AN_IMAGE);
    assert_true(img_worker_formats(workers, 0, &formats, &err));
    assert_true(formats >> IMG_FORMAT_JPEG & 1);
    img_worker_release(workers, 0);
    img_buf_clear(&bytes);
    img_workers_close(workers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_worker_says_is_checked),
        cmocka_unit_test(facts_have_a_ceiling),
        cmocka_unit_test(the_real_one),
    };
    int failed = cmocka_run_group_tests(tests, hooked_find, NULL);
    img_arena_clear(&arena);
    return failed;
}
