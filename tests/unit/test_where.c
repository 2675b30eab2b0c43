/* Filters: what is read, what holds for a line, and where a fault is pointed at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/glob.h"
#include "query/where.h"

static const char line[] =
    "{\"image_path\":\"holiday/b\xc3\xa4r 1.JPG\",\"dimension\":512,\"normalized\":true,"
    "\"low_quality\":false,\"error\":null,\"tags\":[\"cat\",\"dog\",3,[\"deep\"]],"
    "\"a.b\":{\"c d\":1},\"esc\\u0061ped\":\"x\\\"y\\n\","
    "\"metadata\":{\"width\":4000,\"height\":3000.5,\"dpi\":[72,300],"
    "\"creation_date\":\"2021-05-03T23:30:15.250+02:00\","
    "\"modification_date\":\"2021-06-01T00:00:00\","
    "\"camera_info\":{\"make\":\"Canon\",\"model\":\"EOS \\\"5D\\\"\"},\"gps_info\":{}},"
    "\"twice\":1,\"twice\":2}";

static bool holds_for(const char *text, const char *of, size_t len)
{
    struct img_arena arena = {0};
    struct img_where where;
    struct img_err err = {0};
    size_t at;
    if (!img_where_parse(text, &arena, &where, &at, &err))
        fail_msg("%s: %s", text, err.text);
    struct img_where_eval eval = {.where = &where};
    bool holds = img_where_holds(&eval, of, len);
    img_where_eval_clear(&eval);
    img_arena_clear(&arena);
    return holds;
}

static void expect(bool expected, const char *const *filters)
{
    for (; *filters; filters++)
        if (holds_for(*filters, line, sizeof line - 1) != expected)
            fail_msg("%s: is not %s", *filters, expected ? "true" : "false");
}

static void test_comparisons(void **state)
{
    static const char *const hold[] = {
        "dimension == 512", "dimension==5.12e2", ".dimension <= 512", "511 < dimension",
        "metadata.width > metadata.height", "metadata.width != metadata.height",
        "metadata.height == 3000.5", "metadata.camera_info.make == \"Canon\"",
        "metadata.camera_info.make == 'Canon'", "metadata['camera_info']['make'] == 'Canon'",
        "[\"metadata\"].camera_info.model == \"EOS \\\"5D\\\"\"",
        "metadata.camera_info.model == 'EOS \"5D\"'", "normalized == true", "normalized",
        "!low_quality", "low_quality == false", "error == null", "nothing == null",
        "metadata.nothing.at.all == null", "image_path != null", "nothing != 3",
        "metadata.dpi[1] == 300", "metadata.dpi == 72", "tags == 'dog'", "tags == 3",
        "tags[1] == 'dog'",
        "tags ~ 'd*'", "tags != 'horse'", "[\"a.b\"][\"c d\"] == 1", "escaped == 'x\"y\\n'",
        "twice == 2", "metadata.camera_info.make > 'Can'", "metadata.camera_info.make < \"Cb\"",
        "metadata.gps_info != null", "metadata.gps_info", "tags[3][0] == 'deep'", NULL};
    static const char *const do_not[] = {
        "dimension == 511", "dimension == '512'", "dimension < 512", "nothing < 3", "nothing >= 3",
        "nothing == 3", "normalized == 1", "tags == 'horse'", "tags != 'dog'", "tags == null",
        "metadata.dpi[2] == 300", "twice == 1", "image_path < 3", "metadata == 3", "low_quality",
        "error", "nothing", "error != null", "tags == 'deep'", "metadata.width == metadata.nothing",
        "dimension == true", "metadata.dpi[0] == 300", NULL};
    (void)state;
    expect(true, hold);
    expect(false, do_not);
}

static void test_logic(void **state)
{
    static const char *const hold[] = {
        "dimension==512&&normalized", "dimension==1||normalized", "!(dimension==1||low_quality)",
        "!dimension==1", "dimension==1&&nothing||normalized", "normalized||nothing&&nothing",
        "  ( ( normalized ) )  ", "!!normalized", "\n\tnormalized\r", NULL};
    static const char *const do_not[] = {
        "dimension==512&&low_quality", "dimension==1||low_quality", "!normalized",
        "(normalized||nothing)&&nothing", "!(normalized)", NULL};
    (void)state;
    expect(true, hold);
    expect(false, do_not);
}

static void test_globs(void **state)
{
    static const char *const hold[] = {
        "image_path ~ '*'", "image_path ~ 'holiday/*.JPG'", "image_path ~ '*b?r*'",
        "image_path ~ '*[0-9].[jJ][pP][gG]'", "image_path ~ 'holiday/b[!o]r 1.JPG'",
        "image_path ~ '*\xc3\xa4*'", "image_path ~ '*[\xc3\xa0-\xc3\xbf]r*'", NULL};
    static const char *const do_not[] = {
        "image_path ~ 'holiday'", "image_path ~ '*.jpg'", "image_path ~ '*b??r*'",
        "dimension ~ '*'",
        "nothing ~ '*'", "image_path ~ ''", NULL};
    (void)state;
    expect(true, hold);
    expect(false, do_not);
    assert_true(img_glob_matches("", 0, "", 0));
    assert_true(img_glob_matches("a\\*b", 4, "a*b", 3));
    assert_false(img_glob_matches("a\\*b", 4, "axb", 3));
    assert_true(img_glob_matches("[", 1, "[", 1));
    assert_true(img_glob_matches("[]]", 3, "]", 1));
    assert_true(img_glob_matches("a[", 2, "a[", 2));
    assert_true(img_glob_matches("?", 1, "\xff", 1));
    assert_true(img_glob_matches("\\", 1, "\\", 1));

    /* A pattern that would take for ever by trying everything. */
    char text[4096], pattern[200];
    memset(text, 'a', sizeof text);
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = i % 2 ? '*' : 'a';
    pattern[sizeof pattern - 2] = 'b';
    assert_false(img_glob_matches(pattern, sizeof pattern, text, sizeof text));
}

static void test_dates(void **state)
{
    static const char *const hold[] = {
        "metadata.creation_date == '2021'", "metadata.creation_date == '2021-05'",
        "metadata.creation_date == '2021-05-03'", "metadata.creation_date == '2021-05-03T23'",
        "metadata.creation_date == '2021-05-03 23:30:15'",
        "metadata.creation_date == '2021-05-03T23:30:15.25'",
        "metadata.creation_date >= '2021'", "metadata.creation_date <= '2021'",
        "metadata.creation_date > '2020'", "metadata.creation_date > '2021-05-02'",
        "metadata.creation_date < '2022'", "metadata.creation_date < '2021-06'",
        "'2020-12-31' < metadata.creation_date", "metadata.creation_date != '2021-06'",
        "metadata.creation_date == '2021-05-03T21:30Z'",
        "metadata.creation_date > '2021-05-03T21:29:59+00:00'",
        "metadata.creation_date < metadata.modification_date",
        "metadata.modification_date >= '2021-06'",
        "metadata.modification_date < '2021-06-01T00:01'", NULL};
    static const char *const do_not[] = {
        "metadata.creation_date > '2021'", "metadata.creation_date < '2021'",
        "metadata.creation_date == '2021-13'", "metadata.creation_date == '2021-05-04'",
        "metadata.creation_date > '2021-05'", "image_path > '2021'", "image_path < '2021'",
        "metadata.creation_date == '2021-02-29'",
        "metadata.creation_date == '2021-05-03T23:30+00:00'", NULL};
    struct img_date date;
    (void)state;
    expect(true, hold);
    expect(false, do_not);
    assert_true(img_date_read("1970-01-01", 10, &date));
    assert_int_equal(date.begin, 0);
    assert_true(img_date_read("2000-02-29T12:00:00Z", 20, &date));
    assert_true(date.begin == INT64_C(951825600) * 1000000);
    assert_true(img_date_read("0000", 4, &date) && img_date_read("9999-12-31", 10, &date));
    assert_true(date.begin == INT64_C(253402214400) * 1000000);
    static const char *const wrong[] = {"",           "202",         "2021-",       "2021-00",
                                        "2021-2",     "1900-02-29",  "2021-05-03T", "2021-05-03T24",
                                        "2021-05-0a", "2021-05-03x", "2021-05-03T10:00:00.",
                                        "2021-05-03T10:00+2", "20210503", "2021-05-03T10:00Zz"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (img_date_read(wrong[i], strlen(wrong[i]), &date))
            fail_msg("'%s' is taken for a date", wrong[i]);
}

static void expect_fault(const char *text, size_t column, const char *what)
{
    struct img_arena arena = {0};
    struct img_where where;
    struct img_err err = {0};
    size_t at;
    char expected[160];
    snprintf(expected, sizeof expected, "column %zu: %s", column, what);
    if (img_where_parse(text, &arena, &where, &at, &err))
        fail_msg("%s: is taken", text);
    assert_string_equal(err.text, expected);
    assert_int_equal(at, column - 1);
    assert_int_equal(err.code, IMG_ERR_USAGE);
    img_arena_clear(&arena);
}

static void test_faults(void **state)
{
    (void)state;
    expect_fault("", 1, "a field or a value is missing");
    expect_fault("a >> 3", 4, "a field or a value is expected");
    expect_fault("a = 3", 3, "one of == != < <= > >= ~ is expected");
    expect_fault("a == ", 6, "a field or a value is missing");
    expect_fault("a == 3 b", 8, "&& or || is expected");
    expect_fault("a == 3 and b == 4", 8, "&& or || is expected");
    expect_fault("(a == 3", 8, "a ) is expected");
    expect_fault("a == 3)", 7, "&& or || is expected");
    expect_fault("a == 'x", 6, "a string without an end");
    expect_fault("a == 'x\\q'", 6, "not a string: a wrong escape, or not UTF-8");
    expect_fault("a == 'x\xff'", 6, "not a string: a wrong escape, or not UTF-8");
    expect_fault("3 == 4", 1, "neither side is a field");
    expect_fault("'a'", 4, "one of == != < <= > >= ~ is expected");
    expect_fault("a ~ 3", 3, "~ has a field on its left and a pattern in quotes on its right");
    expect_fault("'x*' ~ a", 6, "~ has a field on its left and a pattern in quotes on its right");
    expect_fault("a < null", 3, "true, false and null have no order");
    expect_fault("a == 0x10", 6, "not a number");
    expect_fault("a. == 3", 3, "a field's name is expected");
    expect_fault("a[b] == 3", 3, "a name in quotes, or the number of an element, is expected");
    expect_fault("a[\"b\" == 3", 7, "a ] is expected");
    expect_fault("a == 3 &&", 10, "a field or a value is missing");
    expect_fault("a == 3 && || b", 11, "a field or a value is expected");

    char deep[400];
    memset(deep, '(', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    expect_fault(deep, IMG_WHERE_DEPTH_MAX + 1, "too deep");
}

static void keep_line(void *ctx, enum img_level level, const char *text)
{
    struct img_buf *lines = ctx;
    assert_int_equal(level, IMG_WARNING);
    img_buf_puts(lines, text);
    img_buf_putc(lines, '\n');
}

static void test_pointing(void **state)
{
    struct img_buf lines = {0};
    const struct img_report report = {keep_line, &lines};
    char text[300];
    (void)state;
    img_where_point(&report, "b\xc3\xa4r >\t> 3", 6);
    assert_string_equal(lines.data, "b\xc3\xa4r > > 3\n     ^\n");
    img_buf_reset(&lines);
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    text[200] = '?';
    img_where_point(&report, text, 200);
    const char *second = strchr(lines.data, '\n') + 1;
    assert_int_equal(strchr(lines.data, '?') - lines.data, strchr(second, '^') - second);
    img_buf_clear(&lines);
}

/* Every beginning of the line, and the line with every byte changed: nothing is read beyond. */
static void test_damaged_lines(void **state)
{
    static const char filter[] = "metadata.dpi[1] == 300 || tags == 'x' || escaped ~ '*' || "
                                 "metadata.camera_info.model == 'y' || twice > 1";
    (void)state;
    for (size_t len = 0; len < sizeof line; len++) {
        char *copy = malloc(len + 1);
        assert_non_null(copy);
        char *exact = copy + 1; /* no byte behind it belongs to us */
        memcpy(exact, line, len);
        (void)holds_for(filter, exact, len);
        for (size_t i = 0; i < len && len > sizeof line - 3; i++) {
            exact[i] = (char)(exact[i] ^ (i % 2 ? 2 : 0x5c));
            (void)holds_for(filter, exact, len);
            exact[i] = line[i];
        }
        free(copy);
    }
    assert_false(holds_for("a == null", "", 0));
    assert_false(holds_for("a == null", "[1]", 3));
    assert_true(holds_for("a == null", "{}", 2));
    assert_true(holds_for("a == null", " { } ", 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comparisons), cmocka_unit_test(test_logic),
        cmocka_unit_test(test_globs),       cmocka_unit_test(test_dates),
        cmocka_unit_test(test_faults),      cmocka_unit_test(test_pointing),
        cmocka_unit_test(test_damaged_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
