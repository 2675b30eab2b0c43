/* JSON: numbers, strings, base64, cutting objects into members. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/base64.h"
#include "json/floats.h"
#include "json/number.h"
#include "json/scan.h"
#include "json/shortest.h"
#include "json/string.h"

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void check_float(float value, const char *expected)
{
    char text[IMG_FLOAT_TEXT + 1];
    text[img_float_text(value, text)] = '\0';
    assert_string_equal(text, expected);
}

static void test_float_text(void **state)
{
    (void)state;
    check_float(0.0f, "0");
    check_float(-0.0f, "-0");
    check_float(1.0f, "1");
    check_float(-1.5f, "-1.5");
    check_float(0.1f, "0.1");
    check_float(0.3f, "0.3");
    check_float(100.0f, "100");
    check_float(16777216.0f, "16777216");
    check_float(123456.79f, "123456.79");
    check_float(1e15f, "1000000000000000"); /* its own value is 999999986991104 */
    check_float(1e16f, "1e16");
    check_float(-2.5e30f, "-2.5e30");
    check_float(1e-5f, "0.00001");
    check_float(1e-6f, "1e-6");
    check_float(3.4028235e38f, "3.4028235e38");
    check_float(1.17549435e-38f, "1.1754944e-38");
    check_float(1e-45f, "1e-45");
    check_float(from_bits(0x007FFFFF), "1.1754942e-38");
    check_float(9.5367431640625e-7f, "9.536743e-7");
    check_float(INFINITY, "null");
    check_float(-INFINITY, "null");
    check_float(NAN, "null");
}

/* Fewest digits, nearest of those: held to printf and strtof. */
static void check_shortest(float value)
{
    char shorter[40];
    char text[IMG_FLOAT_TEXT + 1];
    text[img_float_text(value, text)] = '\0';
    assert_true(strtof(text, NULL) == value);
    struct img_decimal decimal = img_shortest_float(value);
    int digits = snprintf(NULL, 0, "%u", decimal.digits);
    if (digits > 1) {
        snprintf(shorter, sizeof shorter, "%.*e", digits - 2, (double)value);
        assert_true(strtof(shorter, NULL) != fabsf(value));
    }
    snprintf(shorter, sizeof shorter, "%.*e", digits - 1, (double)fabsf(value));
    if (strtof(shorter, NULL) == fabsf(value))
        assert_true(strtod(shorter, NULL) ==
                    strtod((snprintf(text, sizeof text, "%ue%d", decimal.digits,
                                     decimal.exponent),
                            text),
                           NULL));
}

static void test_float_random(void **state)
{
    (void)state;
    const char *given = getenv("SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 20240607;
    print_message("seed %llu (SEED to repeat)\n", (unsigned long long)seed);
    for (int i = 0; i < 200000; i++) {
        float value = from_bits((uint32_t)(next_random(&seed) >> 16));
        if (isfinite(value))
            check_shortest(value);
    }
    for (uint32_t exponent = 0; exponent < 255; exponent++)
        for (uint32_t near = 0; near < 3; near++)
            check_shortest(from_bits((exponent << 23) + near - (exponent ? 1 : 0)));
}

static void test_float_reading(void **state)
{
    (void)state;
    static const char *const hard[] = {
        "0", "-0", "1", "0.1", "3.4028235e38", "1e-45", "7e-46", "1.17549435e-38",
        "16777217", "16777217.0000000001", "16777216.9999999999", "33554435",
        "0.000000000000000000000000000000000000011754943508222875", "1e22", "1e23", "1e-22",
        "123456789012345678901234567890", "8.589934592e9", "8589934592.5", "9007199791611905",
        "1.00000005960464477539062", "1.00000005960464477539063", "1.000000059604644775390625",
        "0e99999", "0.0e-99999", "1e-400",
    };
    for (size_t i = 0; i < sizeof hard / sizeof hard[0]; i++) {
        float expected = strtof(hard[i], NULL), got = img_json_float(hard[i], strlen(hard[i]));
        assert_memory_equal(&got, &expected, sizeof got);
    }
    uint64_t seed = 77;
    for (int i = 0; i < 200000; i++) {
        char text[64];
        float value = from_bits((uint32_t)next_random(&seed));
        if (!isfinite(value))
            continue;
        int digits = (int)(next_random(&seed) % 20) + 1;
        snprintf(text, sizeof text, i % 2 ? "%.*e" : "%.*g", digits, (double)value);
        float expected = strtof(text, NULL), got = img_json_float(text, strlen(text));
        assert_memory_equal(&got, &expected, sizeof got);
    }
}

static void test_double_text(void **state)
{
    (void)state;
    static const double values[] = {0.0041, 0.1, 1.0, 0.93, 1e300, 5e-324, 1234567.25, 1.0 / 3};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct img_buf out = {0};
        img_json_put_double(&out, values[i]);
        assert_true(strtod(out.data, NULL) == values[i]);
        img_buf_clear(&out);
    }
    struct img_buf out = {0};
    img_json_put_double(&out, NAN);
    img_json_put_double(&out, 0.1);
    img_json_put_int(&out, INT64_MIN);
    img_json_put_uint(&out, UINT64_MAX);
    assert_string_equal(out.data, "null0.1-922337203685477580818446744073709551615");
    img_buf_clear(&out);
}

static void test_float_array(void **state)
{
    (void)state;
    struct img_buf out = {0};
    static const float values[] = {1, -0.5f, 3e-7f};
    img_json_put_floats(&out, values, 3);
    img_json_put_floats(&out, values, 0);
    assert_string_equal(out.data, "[1,-0.5,3e-7][]");
    img_json_put_floats(&out, values, SIZE_MAX / 8);
    assert_true(out.failed);
    img_buf_clear(&out);
}

static void check_string(const char *bytes, size_t len, const char *expected)
{
    struct img_buf out = {0}, back = {0};
    struct img_err err;
    img_json_put_string(&out, bytes, len);
    assert_string_equal(out.data, expected);
    assert_true(img_json_unquote(out.data, out.len, &back, &err));
    if (!strstr(expected, "\xEF\xBF\xBD")) {
        assert_int_equal(back.len, len);
        if (len > 0)
            assert_memory_equal(back.data, bytes, len);
    }
    img_buf_clear(&out);
    img_buf_clear(&back);
}

static void test_strings(void **state)
{
    (void)state;
    check_string("", 0, "\"\"");
    check_string("a\"b\\c/", 6, "\"a\\\"b\\\\c/\"");
    check_string("\b\t\n\f\r\x01\x1f\x7f", 8, "\"\\b\\t\\n\\f\\r\\u0001\\u001f\x7f\"");
    check_string("a\0b", 3, "\"a\\u0000b\"");
    check_string("h\xC3\xB6\xF0\x9F\x98\x80", 7, "\"h\xC3\xB6\xF0\x9F\x98\x80\"");
    check_string("\xff\xC3", 2, "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    check_string("\xED\xA0\x80", 3, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    struct img_buf out = {0};
    img_json_put_text(&out, NULL);
    assert_string_equal(out.data, "null");
    img_buf_clear(&out);
}

static void test_unquote(void **state)
{
    (void)state;
    struct img_buf out = {0};
    struct img_err err;
    const char *text = "\"\\u00e4\\uD83D\\uDE00\\/\\u0041\\n\"";
    assert_true(img_json_unquote(text, strlen(text), &out, &err));
    assert_string_equal(out.data, "\xC3\xA4\xF0\x9F\x98\x80/A\n");
    static const char *const halves[] = {"\"\\uD83D\"", "\"\\uDE00\"", "\"\\uD83Dx12345\"",
                                         "\"\\uD83D\\u0041\"", "\"\\uD83D\\n\""};
    for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++) {
        img_buf_reset(&out);
        assert_false(img_json_unquote(halves[i], strlen(halves[i]), &out, &err));
        assert_int_equal(err.code, IMG_ERR_BAD_RECORD);
    }
    img_buf_clear(&out);
}

static void test_base64(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"", ""},           {"f", "Zg=="},
                                           {"fo", "Zm8="},     {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    struct img_err err;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct img_buf out = {0};
        unsigned char back[16];
        size_t len;
        img_base64_encode(&out, pairs[i][0], strlen(pairs[i][0]));
        assert_string_equal(out.data, pairs[i][1]);
        assert_true(img_base64_decode(out.data, out.len, back, &len, &err));
        assert_int_equal(len, strlen(pairs[i][0]));
        assert_memory_equal(back, pairs[i][0], len);
        img_buf_clear(&out);
    }
    static const char *const bad[] = {"Z",    "Zg",   "Zg=",  "Zh==", "Zm9=", "====", "Zg==Zg==",
                                      "Z===", "Zm 9", "Zm9\n", "Zm-_", "=Zg=", "Zm9v="};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        unsigned char back[16];
        size_t len;
        assert_false(img_base64_decode(bad[i], strlen(bad[i]), back, &len, &err));
        assert_int_equal(err.code, IMG_ERR_BAD_RECORD);
    }
}

/* Scans a copy of exact length, so that ASan sees a read behind it. */
static bool scan(const char *text, struct img_arena *arena, struct img_json_object *object,
                 struct img_err *err)
{
    char *copy = img_arena_copy(arena, text, strlen(text), err);
    assert_non_null(copy);
    return img_json_scan(copy, strlen(text), arena, object, err);
}

static void test_scan(void **state)
{
    (void)state;
    struct img_arena arena = {0};
    struct img_json_object object;
    struct img_err err;
    assert_true(scan(" { \"a\" : 12345678901234567890 , \"b\":[1, {\"c\":[]},\"]\"],\"\\u0061\\n\""
                     ":{\"x\":{}} ,\"t\":true,\"n\":null,\"f\":false,\"e\":-1.5E+7}\r\n",
                     &arena, &object, &err));
    assert_int_equal(object.count, 7);
    assert_memory_equal(object.members[0].value.text, "12345678901234567890", 20);
    assert_int_equal(object.members[0].value.len, 20);
    assert_int_equal(object.members[1].value.kind, IMG_JSON_ARRAY);
    assert_int_equal(object.members[1].value.len, strlen("[1, {\"c\":[]},\"]\"]"));
    assert_string_equal(object.members[2].key, "a\n");
    assert_int_equal(object.members[2].value.kind, IMG_JSON_OBJECT);
    assert_int_equal(object.members[3].value.kind, IMG_JSON_TRUE);
    assert_int_equal(object.members[6].value.kind, IMG_JSON_NUMBER);
    assert_null(img_json_find(&object, "zz"));
    assert_true(scan("{}", &arena, &object, &err));
    assert_int_equal(object.count, 0);
    img_arena_clear(&arena);
}

static void test_scan_refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           " ",           "[]",          "1",           "{",           "{\"a\"",
        "{\"a\":",    "{\"a\":1",    "{\"a\":1,",   "{\"a\":1,}",  "{a:1}",       "{'a':1}",
        "{\"a\":01}", "{\"a\":+1}",  "{\"a\":.5}",  "{\"a\":1.}",  "{\"a\":1e}",  "{\"a\":-}",
        "{\"a\":0x1}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":tru}", "{\"a\":truee}",
        "{\"a\":\"\n\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\u12\"}",
        "{\"a\":\"\xff\"}", "{\"\xC3\":1}", "{\"a\":1}}", "{\"a\":1}{}", "{\"a\":[1,]}",
        "{\"a\":[1 2]}", "{\"a\":[1}", "{\"a\":{\"b\":1]}", "{\"a\":[}", "{\"a\":{,}}",
        "{\"a\" 1}",  "{\"a\":1 \"b\":2}", "{\"a\":\"", "{\"a\":\"\\", "{\"a\":\"\\u",
        "{\"a\\u0000b\":1}", "{\"\\ud800\":1}", "\xEF\xBB\xBF{}",  "{\"a\":1}\x0b", "{,\"a\":1}",
        "{\"a\":{\"b\":1,}}", "{\"a\":{\"b\"}}", "{\"a\":{\"b\":}}", "{\"a\":/**/1}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct img_arena arena = {0};
        struct img_json_object object;
        struct img_err err;
        if (scan(bad[i], &arena, &object, &err))
            fail_msg("accepted: %s", bad[i]);
        assert_int_equal(err.code, IMG_ERR_BAD_RECORD);
        img_arena_clear(&arena);
    }
}

static void test_scan_depth(void **state)
{
    (void)state;
    struct img_arena arena = {0};
    struct img_json_object object;
    struct img_err err;
    for (size_t depth = IMG_JSON_DEPTH - 1; depth <= IMG_JSON_DEPTH; depth++) {
        struct img_buf text = {0};
        img_buf_puts(&text, "{\"a\":");
        for (size_t i = 0; i < depth; i++)
            img_buf_putc(&text, '[');
        for (size_t i = 0; i < depth; i++)
            img_buf_putc(&text, ']');
        img_buf_putc(&text, '}');
        assert_int_equal(img_json_scan(text.data, text.len, &arena, &object, &err),
                         depth < IMG_JSON_DEPTH);
        img_buf_clear(&text);
    }
    assert_non_null(strstr(err.text, "too deeply"));
    img_arena_clear(&arena);
}

static void test_scan_duplicates(void **state)
{
    (void)state;
    struct img_arena arena = {0};
    struct img_json_object object;
    struct img_err err;
    int64_t number;
    assert_true(scan("{\"a\":1,\"b\":2,\"\\u0061\":3}", &arena, &object, &err));
    assert_true(object.members[0].shadowed);
    assert_false(object.members[1].shadowed);
    assert_false(object.members[2].shadowed);
    assert_true(img_json_get_int(img_json_find(&object, "a"), &number, &err));
    assert_int_equal(number, 3);
    img_arena_clear(&arena);
}

static void test_values(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool fits;
        int64_t value;
    } integers[] = {
        {"0", true, 0}, {"-0", true, 0}, {"0.0", true, 0}, {"42", true, 42}, {"-7.00", true, -7},
        {"1e2", true, 100}, {"12.50e1", true, 125}, {"100e-2", true, 1}, {"0e99999", true, 0},
        {"9223372036854775807", true, INT64_MAX}, {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0}, {"-9223372036854775809", false, 0}, {"0.5", false, 0},
        {"1e-1", false, 0}, {"1e19", false, 0}, {"1e999999999999", false, 0},
        {"1e18", true, 1000000000000000000},
        {"9007199254740993", true, 9007199254740993},
    };
    struct img_err err;
    for (size_t i = 0; i < sizeof integers / sizeof integers[0]; i++) {
        struct img_json_value value = {IMG_JSON_NUMBER, integers[i].text,
                                       strlen(integers[i].text)};
        int64_t number = 0;
        assert_int_equal(img_json_get_int(&value, &number, &err), integers[i].fits);
        assert_int_equal(number, integers[i].value);
    }
    struct img_json_value word = {IMG_JSON_TRUE, "true", 4};
    int64_t number;
    assert_false(img_json_get_int(&word, &number, &err));
}

static void test_elements(void **state)
{
    (void)state;
    struct img_arena arena = {0};
    struct img_json_object object;
    const struct img_json_value *items;
    const char *text;
    size_t count, len;
    struct img_err err;
    assert_true(scan("{\"a\":[ 1 , \"x\\u0000y\" , [2,3] , {} ],\"b\":[],\"c\":3}", &arena, &object,
                     &err));
    assert_true(img_json_elements(img_json_find(&object, "a"), &arena, &items, &count, &err));
    assert_int_equal(count, 4);
    assert_int_equal(items[2].len, 5);
    assert_int_equal(items[3].kind, IMG_JSON_OBJECT);
    assert_true(img_json_get_string(&items[1], &arena, &text, &len, &err));
    assert_int_equal(len, 3);
    assert_false(img_json_get_string(&items[1], &arena, &text, NULL, &err));
    assert_false(img_json_get_string(&items[0], &arena, &text, &len, &err));
    assert_true(img_json_elements(img_json_find(&object, "b"), &arena, &items, &count, &err));
    assert_int_equal(count, 0);
    assert_false(img_json_elements(img_json_find(&object, "c"), &arena, &items, &count, &err));
    img_arena_clear(&arena);
}

static bool floats_of(const char *array, struct img_arena *arena, const float **values,
                      size_t *count)
{
    struct img_json_object object;
    struct img_err err;
    const char *text = img_arena_printf(arena, &err, "{\"e\":%s}", array);
    assert_non_null(text);
    assert_true(scan(text, arena, &object, &err));
    bool ok = img_json_get_floats(img_json_find(&object, "e"), arena, values, count, &err);
    assert_true(ok || err.code == IMG_ERR_BAD_RECORD);
    return ok;
}

static void test_floats(void **state)
{
    (void)state;
    struct img_arena arena = {0};
    const float *values;
    size_t count;
    assert_true(floats_of("[ 1,-0.25 ,\n3e2 ]", &arena, &values, &count));
    assert_int_equal(count, 3);
    assert_true(values[0] == 1 && values[1] == -0.25f && values[2] == 300);
    assert_true(floats_of("\"AACAPwAAAL8=\"", &arena, &values, &count));
    assert_int_equal(count, 2);
    assert_true(values[0] == 1 && values[1] == -0.5f);
    assert_true(floats_of("[]", &arena, &values, &count));
    assert_int_equal(count, 0);
    static const char *const bad[] = {"[1,null]", "[\"1\"]",     "[[1]]",  "[1e39]", "[true]",
                                      "null",     "\"AACAPw\"",  "{}",     "1",      "\"AAAA\"",
                                      "\"AADAfw==\"", "\"AACAfw==\""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(floats_of(bad[i], &arena, &values, &count));
    img_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_float_text),   cmocka_unit_test(test_float_random),
        cmocka_unit_test(test_float_reading), cmocka_unit_test(test_double_text),
        cmocka_unit_test(test_float_array),  cmocka_unit_test(test_strings),
        cmocka_unit_test(test_unquote),      cmocka_unit_test(test_base64),
        cmocka_unit_test(test_scan),         cmocka_unit_test(test_scan_refuses),
        cmocka_unit_test(test_scan_depth),   cmocka_unit_test(test_scan_duplicates),
        cmocka_unit_test(test_values),       cmocka_unit_test(test_elements),
        cmocka_unit_test(test_floats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
