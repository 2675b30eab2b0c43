/* JSON as a stream: what is let in, what comes out, what is turned away and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "json/pull.h"

/* Reads a whole text into a line: a letter an event, strings and numbers in full. */
static bool walk(const char *json, struct img_buf *line, struct img_err *err)
{
    static const char letters[] = "{}[]k\"#tfn.";
    struct img_buf scratch = {0};
    struct img_pull pull;
    struct img_pull_event event;
    bool ok = true;
    img_buf_reset(line);
    img_pull_init(&pull, json, strlen(json), &scratch);
    do {
        ok = img_pull_next(&pull, &event, err);
        img_buf_putc(line, letters[event.kind]);
        img_buf_put(line, event.text, event.len);
    } while (ok && event.kind != IMG_PULL_END);
    img_buf_clear(&scratch);
    return ok;
}

static void events_come_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *json, *line;
    } cases[] = {
        {" 1 ", "#1."},
        {"[]", "[]."},
        {"{}", "{}."},
        {"[[],{},null]", "[[]{}n]."},
        {"{\"a\":[1,-2.5e+3,true],\"b\":\"c\"}\n", "{ka[#1#-2.5e+3t]kb\"c}."},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\"\\/\b\f\n\r\t."},
        {"\"x\\u00e9\\uD83D\\uDE00y\"", "\"x\xC3\xA9\xF0\x9F\x98\x80y."},
        {"{\"\\u0061b\":false}", "{kabf}."},
        {"\"\xE2\x82\xAC\"", "\"\xE2\x82\xAC."},
    };
    struct img_buf line = {0};
    struct img_err err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (!walk(cases[i].json, &line, &err))
            fail_msg("%s: %s", cases[i].json, err.text);
        assert_string_equal(line.data, cases[i].line);
    }
    img_buf_clear(&line);
}

static void what_is_no_json_is_turned_away(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",         " ",          "{",          "[1",          "[1,",        "[1,]",
        "{\"a\"}",  "{\"a\":}",   "{\"a\":1,}", "{a:1}",       "[1 2]",      "[}",
        "{]",       "1 2",        "01",         "-",           "1.",         "1e",
        ".5",       "+1",         "tru",        "nul",         "'a'",        "\"a",
        "\"\\x\"",  "\"\\u12\"",  "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"",
        "\"\n\"",   "\"\xff\"",   "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "[1]]", "{\"a\":1}}",
        "\xEF\xBB\xBF{}", "NaN",  "[,1]",       "\"\\",        "\"\\ud83d\\"};
    struct img_buf line = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct img_err err = {0};
        if (walk(cases[i], &line, &err))
            fail_msg("let in: %s", cases[i]);
        assert_int_equal(err.code, IMG_ERR_BAD_RECORD);
        assert_non_null(strstr(err.text, "byte"));
    }
    img_buf_clear(&line);
}

static void nesting_has_a_ceiling(void **state)
{
    (void)state;
    char json[1000];
    struct img_buf line = {0};
    struct img_err err = {0};
    memset(json, '[', sizeof json);
    memset(json + IMG_PULL_DEPTH, ']', IMG_PULL_DEPTH);
    json[2 * IMG_PULL_DEPTH] = '\0';
    assert_true(walk(json, &line, &err));
    memset(json, '[', sizeof json);
    json[sizeof json - 1] = '\0';
    assert_false(walk(json, &line, &err));
    assert_string_equal(err.text, "nesting too deep at byte 64");
    img_buf_clear(&line);
}

static void values_are_skipped_and_found_again(void **state)
{
    (void)state;
    static const char json[] = "{\"a\":{\"x\":[1,{}]},\"b\":7}";
    struct img_buf scratch = {0};
    struct img_pull pull;
    struct img_pull_event event;
    struct img_err err = {0};
    int64_t number = 0;
    img_pull_init(&pull, json, sizeof json - 1, &scratch);
    assert_true(img_pull_next(&pull, &event, &err)); /* { */
    assert_true(img_pull_next(&pull, &event, &err)); /* a */
    assert_true(img_pull_next(&pull, &event, &err)); /* { */
    struct img_pull there = pull;
    assert_true(img_pull_skip(&pull, &event, &err));
    assert_true(img_pull_next(&pull, &event, &err));
    assert_true(event.kind == IMG_PULL_KEY && img_pull_is(&event, "b"));
    assert_false(img_pull_is(&event, "bc"));
    assert_true(img_pull_next(&pull, &event, &err));
    assert_true(img_pull_integer(&event, &number));
    assert_int_equal(number, 7);
    assert_true(img_pull_next(&there, &event, &err));
    assert_true(img_pull_is(&event, "x"));
    img_buf_clear(&scratch);
}

static void integers_are_integers(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        bool is;
        int64_t value;
    } cases[] = {{"0", true, 0},
                 {"-0", true, 0},
                 {"-12", true, -12},
                 {"9223372036854775807", true, INT64_MAX},
                 {"9223372036854775808", false, 0},
                 {"100000000000000000000000", false, 0},
                 {"1.0", false, 0},
                 {"1e3", false, 0},
                 {"\"1\"", false, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct img_buf scratch = {0};
        struct img_pull pull;
        struct img_pull_event event;
        struct img_err err = {0};
        int64_t value = 0;
        img_pull_init(&pull, cases[i].json, strlen(cases[i].json), &scratch);
        assert_true(img_pull_next(&pull, &event, &err));
        assert_int_equal(img_pull_integer(&event, &value), cases[i].is);
        assert_true(value == cases[i].value);
        img_buf_clear(&scratch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_in_order),
        cmocka_unit_test(what_is_no_json_is_turned_away),
        cmocka_unit_test(nesting_has_a_ceiling),
        cmocka_unit_test(values_are_skipped_and_found_again),
        cmocka_unit_test(integers_are_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
