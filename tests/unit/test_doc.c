/* JSON trees: what is let in, and what a value is taken for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/doc.h"

static struct img_doc *parse(const char *text, struct img_err *err)
{
    return img_doc_parse(text, strlen(text), 100, IMG_ERR_CONFIG, err);
}

static void values_come_out(void **state)
{
    (void)state;
    struct img_err err = {0};
    struct img_doc *doc =
        parse("{\"a\":1,\"A\":2.5,\"t\":\"x\\u00e9\",\"l\":[true,null]} \n", &err);
    assert_non_null(doc);
    int64_t number = 0;
    double real = 0;
    bool flag = false;
    assert_true(img_doc_int(img_doc_get(doc, "a"), &number));
    assert_int_equal(number, 1);
    assert_false(img_doc_int(img_doc_get(doc, "A"), &number));
    assert_true(img_doc_number(img_doc_get(doc, "A"), &real));
    assert_true(real == 2.5);
    assert_string_equal(img_doc_text(img_doc_get(doc, "t")), "x\xc3\xa9");
    assert_null(img_doc_get(doc, "T"));
    const struct img_doc *list = img_doc_get(doc, "l");
    assert_int_equal(img_doc_kind(list), IMG_DOC_ARRAY);
    assert_int_equal(img_doc_count(list), 2);
    assert_true(img_doc_bool(img_doc_first(list), &flag) && flag);
    assert_int_equal(img_doc_kind(img_doc_next(img_doc_first(list))), IMG_DOC_NULL);
    assert_null(img_doc_next(img_doc_next(img_doc_first(list))));
    assert_string_equal(img_doc_name(img_doc_first(doc)), "a");
    assert_null(img_doc_get(NULL, "a"));
    assert_null(img_doc_text(NULL));
    img_doc_free(doc);
}

static void integers_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool whole;
    } cases[] = {
        {"9007199254740992", true}, {"-3", true},   {"1e3", true},   {"9007199254740994", false},
        {"1e400", false},           {"0.5", false}, {"true", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct img_err err = {0};
        struct img_doc *doc = parse(cases[i].text, &err);
        assert_non_null(doc);
        int64_t number;
        assert_int_equal(img_doc_int(doc, &number), cases[i].whole);
        img_doc_free(doc);
    }
}

static void broken_texts_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"", "empty"},
        {"{", "not JSON"},
        {"{} {}", "more than one"},
        {"[1,2", "not JSON"},
        {"\"\xff\"", "UTF-8"},
        {"\"a\\u0000b\"", "embedded NUL"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct img_err err = {0};
        assert_null(parse(cases[i].text, &err));
        assert_int_equal(err.code, IMG_ERR_CONFIG);
        assert_non_null(strstr(err.text, cases[i].reason));
    }
}

static void ceilings_hold(void **state)
{
    (void)state;
    struct img_err err = {0};
    char deep[2 * IMG_DOC_DEPTH_MAX + 3];
    memset(deep, '[', IMG_DOC_DEPTH_MAX + 1);
    memset(deep + IMG_DOC_DEPTH_MAX + 1, ']', IMG_DOC_DEPTH_MAX + 1);
    deep[2 * IMG_DOC_DEPTH_MAX + 2] = '\0';
    assert_null(parse(deep, &err));
    assert_non_null(strstr(err.text, "nested deeper"));
    char many[300] = "[1";
    for (size_t i = 0; i < 100; i++)
        strcat(many, ",1");
    strcat(many, "]");
    assert_null(parse(many, &err));
    assert_non_null(strstr(err.text, "more than 100 values"));
    assert_null(img_doc_parse("[1\0]", 4, 9, IMG_ERR_CONFIG, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_out),
        cmocka_unit_test(integers_are_exact),
        cmocka_unit_test(broken_texts_are_refused),
        cmocka_unit_test(ceilings_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
