/* Facts of pictures: what our own files hold, what Pillow and ExifTool say of 140 others, and that no
 * file of the odd and broken ones does harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

#include "base/file.h"
#include "decode/facts.h"
#include "support/agreement.h"
#include "support/npy.h"

static struct img_arena arena;

struct told {
    bool good;
    struct img_info info;
    struct img_err err;
    struct img_buf text;
};

static void tell(struct told *told, const void *bytes, size_t len, bool extended, uint32_t page)
{
    struct img_prep prep = IMG_PREP_DEFAULTS;
    prep.max_pixels = UINT64_MAX;
    prep.page = page;
    *told = (struct told){.text = {.limit = 1U << 20}};
    told->good = img_decode_facts(bytes, len, &prep, extended, &arena, &told->text, &told->info,
                                  &told->err);
    img_arena_reset(&arena);
}

static void tell_file(struct told *told, const char *path, bool extended, uint32_t page)
{
    struct img_buf bytes = {0};
    struct img_err err;
    if (!img_file_read(path, 1U << 30, &bytes, &err))
        fail_msg("%s: %s", path, err.text);
    tell(told, bytes.data, bytes.len, extended, page);
    img_buf_clear(&bytes);
}

static void need_shared(void)
{
    if (!shared_folder()) {
        print_message("skipped: ../shared is not there\n");
        skip();
    }
}

static void a_camera_and_a_place(void **state)
{
    struct told told;
    (void)state;
    tell_file(&told, "tests/data/meta/exif_full.jpg", false, 0);
    assert_true(told.good);
    assert_string_equal(told.info.creation_date, "2025-12-31T23:59:58.123+05:30");
    assert_string_equal(told.info.modification_date, "2026-03-01T12:30:45+05:30");
    assert_string_equal(
        told.text.data,
        "{\"camera_info\":{\"make\":\"?n?corn Cameras\",\"model\":\"Model 7\",\"lens\":\"85mm f/1.4\","
        "\"f_number\":2.8,\"exposure_time\":0.004,\"iso\":640,\"focal_length\":85,"
        "\"focal_length_35mm\":127,\"software\":\"img-tools test\"},"
        "\"gps_info\":{\"latitude\":-33.859833333333334,\"longitude\":151.2111111111111,"
        "\"altitude\":58.4,\"timestamp\":\"2025-12-31T18:29:58+00:00\"},\"notes\":[]}");
    img_buf_clear(&told.text);
}

static void nonsense_is_null_with_a_note(void **state)
{
    struct told told;
    (void)state;
    tell_file(&told, "tests/data/meta/exif_nonsense.jpg", false, 0);
    assert_true(told.good);
    assert_string_equal(told.info.modification_date, "");
    assert_string_equal(told.text.data,
                        "{\"camera_info\":null,\"gps_info\":null,\"notes\":["
                        "\"latitude is not a number\",\"longitude of 200, 0, 0 is nonsense\","
                        "\"modification date of '0000:00:00 00:00:00' is no date\"]}");
    img_buf_clear(&told.text);
}

/* Its picture is turned by a property of the format, and its EXIF block says orientation 1. */
static void boxes_of_heif(void **state)
{
    struct told told;
    (void)state;
    tell_file(&told, "tests/data/meta/turned.avif", false, 0);
    assert_true(told.good);
    assert_int_equal(told.info.format, IMG_FORMAT_AVIF);
    assert_int_equal(told.info.width, 40);
    assert_int_equal(told.info.height, 30);
    assert_int_equal(told.info.orientation, 6);
    assert_string_equal(told.info.mode, "RGBA");
    assert_int_equal(told.info.has_icc_profile, 1);
    assert_non_null(strstr(told.text.data, "Model 7"));
    img_buf_clear(&told.text);
}

/* Quarters against the clock, and mirrors, as EXIF numbers what they amount to. */
static void turns_of_heif(void **state)
{
    static const struct {
        const char *box;
        char value;
        uint32_t orientation;
    } cases[] = {{"irot", 0, 1}, {"irot", 1, 8}, {"irot", 2, 3},
                 {"irot", 3, 6}, {"imir", 0, 4}, {"imir", 1, 2}};
    struct img_buf bytes = {0};
    struct img_err err;
    (void)state;
    assert_true(img_file_read("tests/data/meta/turned.avif", 1U << 20, &bytes, &err));
    char *box = memmem(bytes.data, bytes.len, "irot", 4);
    assert_non_null(box);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct told told;
        memcpy(box, cases[i].box, 4);
        box[4] = cases[i].value;
        tell(&told, bytes.data, bytes.len, false, 0);
        assert_true(told.good);
        assert_int_equal(told.info.orientation, cases[i].orientation);
        img_buf_clear(&told.text);
    }
    img_buf_clear(&bytes);
}

static void boxes_of_jpeg_xl(void **state)
{
    struct told told;
    (void)state;
    tell_file(&told, "tests/data/meta/boxed.jxl", false, 0);
    if (!told.good && told.err.code == IMG_ERR_UNSUPPORTED_FORMAT) {
        print_message("skipped: libvips without JPEG XL\n");
        skip();
    }
    assert_true(told.good);
    assert_int_equal(told.info.width, 120);
    assert_string_equal(told.info.creation_date, "2025-12-31T23:59:58.123+05:30");
    assert_non_null(strstr(told.text.data, "Model 7"));
    img_buf_clear(&told.text);
}

static void readable_values_beside_raw_ones(void **state)
{
    struct told told;
    (void)state;
    tell_file(&told, "tests/data/meta/exif_full.jpg", true, 0);
    assert_true(told.good);
    assert_non_null(strstr(told.text.data,
                           "\"ExposureTime\":{\"value\":0.004,\"text\":\"1/250 sec.\"}"));
    assert_non_null(strstr(told.text.data, "\"GPSLatitude\":{\"value\":[33,51,35.4],"));
    img_buf_clear(&told.text);
}

/* Every beginning of a file, and every byte of its head wrong once. */
static void damage_is_survived(void **state)
{
    static const char *const files[] = {"tests/data/meta/exif_full.jpg",
                                        "tests/data/meta/turned.avif"};
    (void)state;
    for (size_t f = 0; f < 2; f++) {
        struct img_buf bytes = {0};
        struct img_err err;
        struct told told;
        if (!img_file_read(files[f], 1U << 20, &bytes, &err))
            fail_msg("%s", err.text);
        size_t most = bytes.len < 1200 ? bytes.len : 1200;
        for (size_t len = 1; len < most; len++) {
            char *cut = malloc(len);
            assert_non_null(cut);
            memcpy(cut, bytes.data, len);
            tell(&told, cut, len, true, 0);
            img_buf_clear(&told.text);
            free(cut);
        }
        for (size_t i = 12; i < most; i++) {
            bytes.data[i] ^= (char)0xff;
            tell(&told, bytes.data, bytes.len, true, 0);
            img_buf_clear(&told.text);
            bytes.data[i] ^= (char)0xff;
        }
        img_buf_clear(&bytes);
    }
}

static void every_page_of_a_file(void **state)
{
    struct told told;
    uint32_t pages = 1;
    (void)state;
    need_shared();
    for (uint32_t page = 0; page <= pages; page++) {
        tell_file(&told, shared_path("golden/images/pages.tiff"), false, page);
        pages = told.info.pages;
        assert_int_equal(pages, 3);
        assert_int_equal(told.good, page < pages);
        if (page == pages)
            assert_int_equal(told.err.code, IMG_ERR_NO_SUCH_PAGE);
        img_buf_clear(&told.text);
    }
}

static void eight_orientations(void **state)
{
    (void)state;
    need_shared();
    for (unsigned i = 1; i <= 8; i++) {
        char name[64];
        struct told told;
        snprintf(name, sizeof name, "golden/images/orientation_%u.png", i);
        tell_file(&told, shared_path(name), false, 0);
        assert_true(told.good);
        assert_int_equal(told.info.orientation, i);
        img_buf_clear(&told.text);
    }
}

static void every_file_tells_or_says_why_not(void **state)
{
    static const char *const folders[] = {"images/odd", "images/exif", "golden/images/broken",
                                          "golden/images"};
    (void)state;
    need_shared();
    for (size_t f = 0; f < sizeof folders / sizeof folders[0]; f++) {
        DIR *folder = opendir(shared_path(folders[f]));
        struct dirent *entry;
        assert_non_null(folder);
        while ((entry = readdir(folder)) != NULL) {
            char path[512];
            struct told told;
            snprintf(path, sizeof path, "%s/%s", shared_path(folders[f]), entry->d_name);
            if (entry->d_type == DT_DIR)
                continue;
            tell_file(&told, path, true, 0);
            if (!told.good && (told.err.code == IMG_OK || told.err.text[0] == '\0'))
                fail_msg("%s: fails without a reason", path);
            if (told.good && !agreement_is_object(told.text.data, told.text.len))
                fail_msg("%s: %s", path, told.text.data);
            img_buf_clear(&told.text);
        }
        closedir(folder);
    }
}

static void as_pillow_and_exiftool_say(void **state)
{
    struct agreement agreement = {0};
    (void)state;
    need_shared();
    agreement_open(&agreement, shared_path("golden/metadata.jsonl"));
    while (agreement_next(&agreement)) {
        struct told told;
        tell_file(&told, shared_path(agreement.file), false, 0);
        agreement_compare(&agreement, told.good, &told.info, told.text.data, told.text.len);
        img_buf_clear(&told.text);
    }
    agreement_report(&agreement);
    assert_int_equal(agreement.unexplained, 0);
    assert_true(agreement.compared > 1100);
    assert_true((double)agreement.agreed >= 0.98 * (double)agreement.compared);
    agreement_close(&agreement);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_camera_and_a_place),
        cmocka_unit_test(nonsense_is_null_with_a_note),
        cmocka_unit_test(boxes_of_heif),
        cmocka_unit_test(turns_of_heif),
        cmocka_unit_test(boxes_of_jpeg_xl),
        cmocka_unit_test(readable_values_beside_raw_ones),
        cmocka_unit_test(damage_is_survived),
        cmocka_unit_test(every_page_of_a_file),
        cmocka_unit_test(eight_orientations),
        cmocka_unit_test(every_file_tells_or_says_why_not),
        cmocka_unit_test(as_pillow_and_exiftool_say),
    };
    struct img_err err;
    if (!img_decode_begin(&err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    img_arena_clear(&arena);
    return failed;
}
