/* Dates, orientation and resolution out of EXIF and XMP, and directories that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "meta/exif.h"

static struct img_buf read_block(void)
{
    struct img_buf bytes = {0};
    struct img_err err;
    if (!img_file_read("tests/fuzz/corpus/sniff/exif", 1U << 20, &bytes, &err))
        fail_msg("%s", err.text);
    return bytes;
}

/* The corpus' block: orientation 6, DateTime, DateTimeOriginal with fraction and zone. */
static void dates_come_out_of_exif(void **state)
{
    struct img_info info = {0};
    struct img_buf bytes = read_block();
    (void)state;
    assert_true(img_exif_read((const uint8_t *)bytes.data, bytes.len, &info));
    assert_int_equal(info.orientation, 6);
    assert_string_equal(info.creation_date, "2019-03-04T05:06:07.12+02:00");
    assert_string_equal(info.modification_date, "2019-03-04T05:06:07");
    img_buf_clear(&bytes);
}

static void nonsense_dates_are_none(void **state)
{
    static const char *const dates[] = {
        "0000:00:00 00:00:00", "2019:02:29 05:06:07", "2019:13:04 05:06:07", "2019:03:04 25:06:07",
        "    :  :     :  :  ", "2019-03-04 05:06:07", "hello, this is not.",
    };
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        struct img_info info = {0};
        struct img_buf bytes = read_block();
        char *at = memmem(bytes.data, bytes.len, "2019:03", 7);
        assert_non_null(at);
        memcpy(at, dates[i], 19);
        (void)img_exif_read((const uint8_t *)bytes.data, bytes.len, &info);
        assert_string_equal(info.modification_date, "");
        img_buf_clear(&bytes);
    }
}

/* Every cut and every single wrong byte: an answer, never a bad access. */
static void damaged_blocks_are_survived(void **state)
{
    struct img_buf bytes = read_block();
    (void)state;
    for (size_t len = 0; len < bytes.len; len++) {
        struct img_info info = {0};
        uint8_t *exact = malloc(len + 1);
        memcpy(exact, bytes.data, len);
        (void)img_exif_read(exact, len, &info);
        free(exact);
    }
    for (size_t at = 0; at < bytes.len; at++) {
        struct img_info info = {0};
        char kept = bytes.data[at];
        bytes.data[at] = (char)0xff;
        (void)img_exif_read((const uint8_t *)bytes.data, bytes.len, &info);
        assert_true(info.orientation <= 8);
        bytes.data[at] = kept;
    }
    img_buf_clear(&bytes);
}

static void xmp_says_the_orientation(void **state)
{
    static const struct {
        const char *text;
        uint32_t orientation;
    } packets[] = {
        {"<x tiff:Orientation=\"6\"/>", 6},
        {"<tiff:Orientation>3</tiff:Orientation>", 3},
        {"<tiff:Orientation>9</tiff:Orientation>", 0},
        {"tiff:Orientation tiff:Orientation=\"8\"", 8},
        {"tiff:Orientation", 0},
        {"tiff:Orientation=", 0},
        {"tiff:Orientation>", 0},
        {"", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
        struct img_info info = {0};
        size_t len = strlen(packets[i].text);
        uint8_t *exact = malloc(len + 1);
        memcpy(exact, packets[i].text, len);
        img_xmp_read(exact, len, &info);
        assert_int_equal(info.orientation, packets[i].orientation);
        free(exact);
    }
}

/* A chain of directories that bites its tail is as long as it has directories. */
static void a_circle_of_directories_ends(void **state)
{
    static const uint8_t circle[] = {'I', 'I', '*', 0, 8, 0, 0, 0, 0, 0, 8, 0, 0, 0};
    struct img_ifd_file file;
    (void)state;
    assert_true(img_ifd_open(&file, circle, sizeof circle));
    assert_int_equal(img_ifd_pages(&file, 100), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_come_out_of_exif),      cmocka_unit_test(nonsense_dates_are_none),
        cmocka_unit_test(damaged_blocks_are_survived), cmocka_unit_test(xmp_says_the_orientation),
        cmocka_unit_test(a_circle_of_directories_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
