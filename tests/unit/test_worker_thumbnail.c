/* Thumbnails asked of a worker that may say anything, and of the real one. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "support/hooked.h"
#include "support/npy.h"
#include "worker/worker.h"

static struct img_workers *open_workers(const char *program, unsigned timeout_ms)
{
    return hooked_open(program, 1, timeout_ms, 0, NULL);
}

static bool ask(struct img_workers *workers, const void *bytes, size_t len, uint32_t side,
                enum img_thumbnail_kind kind, struct img_buf *out, struct img_extent *extent,
                struct img_err *err)
{
    const struct img_prep prep = IMG_PREP_THUMBNAIL(side);
    struct img_info info;
    uint8_t *to = img_worker_input(workers, 0, len, err);
    assert_non_null(to);
    if (len > 0)
        memcpy(to, bytes, len);
    return img_worker_thumbnail(workers, 0, len, &prep, kind, out, extent, &info, err);
}

static void expect(struct img_workers *workers, const char *bytes, enum img_thumbnail_kind kind,
                   enum img_code code)
{
    struct img_buf out = {0};
    struct img_extent extent;
    struct img_err err;
    assert_false(ask(workers, bytes, strlen(bytes), 16, kind, &out, &extent, &err));
    assert_int_equal(err.code, code);
    assert_int_equal(out.len, 0);
    assert_int_equal(extent.columns, 0);
    assert_true(hooked_serves(workers, 0, "the next one"));
    img_buf_clear(&out);
}

static void what_a_worker_says_is_checked(void **state)
{
    static const char jpeg[] = "\xff\xd8\xff that will do";
    struct img_workers *workers = open_workers(NULL, 10000);
    struct img_buf out = {0};
    struct img_extent extent;
    struct img_err err;
    (void)state;
    img_buf_puts(&out, "before");
    assert_true(ask(workers, "seven..", 7, 16, IMG_THUMBNAIL_RGB, &out, &extent, &err));
    assert_int_equal(extent.columns, 16);
    assert_int_equal(extent.rows, 8);
    assert_int_equal(out.len, 6 + 16 * 8 * 3);
    assert_int_equal(out.data[6], 7);
    img_buf_reset(&out);
    assert_true(ask(workers, jpeg, sizeof jpeg, 16, IMG_THUMBNAIL_JPEG, &out, &extent, &err));
    assert_int_equal(out.len, sizeof jpeg);
    img_buf_clear(&out);
    expect(workers, "no JPEG", IMG_THUMBNAIL_JPEG, IMG_ERR_DECODER_CRASHED);
    expect(workers, "", IMG_THUMBNAIL_JPEG, IMG_ERR_DECODER_CRASHED);
    expect(workers, "HOOK flat", IMG_THUMBNAIL_RGB, IMG_ERR_DECODER_CRASHED);
    expect(workers, "HOOK wide", IMG_THUMBNAIL_JPEG, IMG_ERR_DECODER_CRASHED);
    expect(workers, "HOOK broken", IMG_THUMBNAIL_RGB, IMG_ERR_NOT_AN_IMAGE);
    expect(workers, "HOOK segv", IMG_THUMBNAIL_JPEG, IMG_ERR_DECODER_CRASHED);
    img_workers_close(workers);
    workers = open_workers(NULL, 300);
    expect(workers, "HOOK sleep", IMG_THUMBNAIL_JPEG, IMG_ERR_TIMEOUT);
    img_workers_close(workers);
}

static void sizes_have_limits(void **state)
{
    struct img_workers *workers = open_workers(NULL, 10000);
    size_t len = 1u << 20;
    char *big = malloc(len);
    struct img_buf out = {0};
    struct img_extent extent;
    struct img_err err;
    (void)state;
    assert_non_null(big);
    memset(big, 0xff, len);
    assert_false(ask(workers, big, len, 16, IMG_THUMBNAIL_JPEG, &out, &extent, &err));
    assert_int_equal(err.code, IMG_ERR_OUT_OF_MEMORY);
    assert_false(ask(workers, big, 5, 0, IMG_THUMBNAIL_RGB, &out, &extent, &err));
    assert_false(ask(workers, big, 5, IMG_THUMBNAIL_MAX + 1, IMG_THUMBNAIL_RGB, &out, &extent,
                     &err));
    assert_true(ask(workers, big, 5, IMG_THUMBNAIL_MAX, IMG_THUMBNAIL_RGB, &out, &extent, &err));
    assert_int_equal(out.len, IMG_THUMBNAIL_MAX * IMG_THUMBNAIL_MAX / 2 * 3);
    free(big);
    img_buf_clear(&out);
    img_workers_close(workers);
}

/* 4 by 2: above red, below blue. */
static const char ppm[] = "P6 4 2 255\n\xff\0\0\xff\0\0\xff\0\0\xff\0\0"
                          "\0\0\xff\0\0\xff\0\0\xff\0\0\xff";

static struct img_workers *open_real(void)
{
    const struct img_worker_options options = {.slots = 1, .timeout_ms = 60000};
    struct img_workers *workers;
    struct img_err err;
    if (!img_workers_open(&workers, &options, &err))
        fail_msg("%s", err.text);
    return workers;
}

static void the_real_one(void **state)
{
    struct img_workers *workers = open_real();
    struct img_buf out = {0}, again = {0};
    struct img_extent extent;
    struct img_err err;
    size_t len = sizeof ppm - 1;
    (void)state;
    assert_true(ask(workers, ppm, len, 64, IMG_THUMBNAIL_RGB, &out, &extent, &err));
    assert_int_equal(extent.columns, 4);
    assert_int_equal(extent.rows, 2);
    assert_int_equal(out.len, 24);
    assert_memory_equal(out.data, ppm + len - 24, 24);
    img_buf_reset(&out);
    assert_true(ask(workers, ppm, len, 2, IMG_THUMBNAIL_RGB, &out, &extent, &err));
    assert_int_equal(extent.columns, 2);
    assert_int_equal(extent.rows, 1);
    /* One that fills the square. */
    img_buf_reset(&out);
    assert_true(ask(workers, "P5 3 3 255\n123456789", 20, 3, IMG_THUMBNAIL_RGB, &out, &extent,
                    &err));
    assert_int_equal(extent.rows, 3);
    assert_int_equal(out.len, 27);
    img_buf_reset(&out);
    if (!ask(workers, ppm, len, 64, IMG_THUMBNAIL_JPEG, &out, &extent, &err))
        fail_msg("%s", err.text);
    assert_int_equal(extent.columns, 4);
    /* What it wrote it reads. */
    assert_true(ask(workers, out.data, out.len, 64, IMG_THUMBNAIL_RGB, &again, &extent, &err));
    assert_int_equal(extent.columns, 4);
    assert_int_equal(extent.rows, 2);
    assert_false(ask(workers, "no picture", 10, 64, IMG_THUMBNAIL_JPEG, &out, &extent, &err));
    assert_int_equal(err.code, IMG_ERR_NOT_AN_IMAGE);
    img_buf_clear(&out);
    img_buf_clear(&again);
    img_workers_close(workers);
}

static const struct {
    const char *name;
    uint32_t columns, rows; /* within 64 */
} pictures[] = {
    {"panorama.jpg", 0, 0},   {"tower.jpg", 0, 0},        {"sliver.png", 0, 0},
    {"one_pixel.png", 1, 1},  {"cmyk.jpg", 0, 0},         {"grey16.png", 0, 0},
    {"rgba.webp", 0, 0},      {"animated.gif", 0, 0},     {"orientation_6.png", 0, 0},
    {"pages.tiff", 0, 0},     {"icc_srgb.jpg", 0, 0},     {"palette_transparent.png", 0, 0},
};

static void pictures_of_every_kind(void **state)
{
    struct img_workers *workers;
    (void)state;
    if (!shared_folder()) {
        print_message("skipped: no ../shared\n");
        skip();
    }
    workers = open_real();
    for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++) {
        char name[128];
        struct img_buf bytes = {0}, out = {0};
        struct img_extent extent;
        struct img_err err;
        snprintf(name, sizeof name, "golden/images/%s", pictures[i].name);
        assert_true(img_file_read(shared_path(name), (size_t)1 << 26, &bytes, &err));
        for (unsigned kind = IMG_THUMBNAIL_RGB; kind <= IMG_THUMBNAIL_JPEG; kind++)
            if (!ask(workers, bytes.data, bytes.len, 64, (enum img_thumbnail_kind)kind, &out,
                     &extent, &err))
                fail_msg("%s: %s", pictures[i].name, err.text);
        assert_true(extent.columns <= 64 && extent.rows <= 64);
        if (pictures[i].columns)
            assert_int_equal(extent.columns, pictures[i].columns);
        img_buf_clear(&bytes);
        img_buf_clear(&out);
    }
    img_workers_close(workers);
}

/* Whatever they are, each gets an answer, and the same worker serves the next. */
static void hostile_files(void **state)
{
    struct img_workers *workers = open_real();
    DIR *folder = opendir("tests/data/broken");
    unsigned seen = 0, made = 0;
    (void)state;
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[512];
        struct img_buf bytes = {0}, out = {0};
        struct img_extent extent;
        struct img_err err;
        snprintf(path, sizeof path, "tests/data/broken/%s", entry->d_name);
        if (!img_file_read(path, (size_t)1 << 26, &bytes, &err))
            continue;
        seen++;
        if (ask(workers, bytes.data, bytes.len, 64, IMG_THUMBNAIL_JPEG, &out, &extent, &err))
            made++;
        else if (err.code < IMG_ERR_NOT_AN_IMAGE || err.code > IMG_ERR_NO_SUCH_PAGE)
            fail_msg("%s: %s", path, err.text);
        img_buf_clear(&bytes);
        img_buf_clear(&out);
    }
    closedir(folder);
    print_message("%u broken files, %u thumbnails\n", seen, made);
    assert_true(seen > 0);
    struct img_buf out = {0};
    struct img_extent extent;
    struct img_err err;
    assert_true(ask(workers, ppm, sizeof ppm - 1, 64, IMG_THUMBNAIL_JPEG, &out, &extent, &err));
    img_buf_clear(&out);
    img_workers_close(workers);
}

/* A square takes all the room there is. */
static void a_square_fills_it(void **state)
{
    static const char square[] = "P6 2 2 255\n\xff\0\0\xff\0\0\0\0\xff\0\0\xff";
    struct img_workers *workers = open_real();
    struct img_buf out = {0};
    struct img_extent extent;
    struct img_err err;
    (void)state;
    if (!ask(workers, square, sizeof square - 1, 2, IMG_THUMBNAIL_RGB, &out, &extent, &err))
        fail_msg("%s", err.text);
    assert_int_equal(extent.columns, 2);
    assert_int_equal(extent.rows, 2);
    assert_int_equal(out.len, 12);
    assert_memory_equal(out.data, square + sizeof square - 13, 12);
    img_buf_clear(&out);
    img_workers_close(workers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_worker_says_is_checked),
        cmocka_unit_test(sizes_have_limits),
        cmocka_unit_test(the_real_one),
        cmocka_unit_test(pictures_of_every_kind),
        cmocka_unit_test(a_square_fills_it),
        cmocka_unit_test(hostile_files),
    };
    return cmocka_run_group_tests(tests, hooked_find, NULL);
}
