/* The query algebra and prompt templates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "query/algebra.h"
#include "query/template.h"

/* The files there are. */
static bool is_file(const char *path)
{
    return strcmp(path, "pool.jpg") == 0 || strcmp(path, "fruit") == 0 ||
           strcmp(path, "2:odd.jpg") == 0;
}

/* Queries as text: terms with kind (t, p, b, v) and weight, "; " between queries, what is shown in
 * brackets. Operands that begin with T: and V: come from options. */
static void put_queries(const char *const *words, struct img_buf *out)
{
    struct img_arena arena = {0};
    struct img_query_operand operands[16];
    const struct img_query *queries;
    size_t n = 0, count;
    struct img_err err;
    for (; words[n]; n++) {
        bool text = strncmp(words[n], "T:", 2) == 0, vector = strncmp(words[n], "V:", 2) == 0;
        operands[n] = (struct img_query_operand){.value = words[n] + (text || vector ? 2 : 0),
                                                 .plain = !text && !vector,
                                                 .kind = vector ? IMG_TERM_VECTOR : IMG_TERM_TEXT};
    }
    if (!img_query_parse(operands, n, is_file, &arena, &queries, &count, &err)) {
        assert_int_equal(err.code, IMG_ERR_USAGE);
        img_buf_printf(out, "error: %s", err.text);
        img_arena_clear(&arena);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        img_buf_puts(out, i > 0 ? "; " : "");
        for (size_t t = 0; t < queries[i].count; t++) {
            const struct img_term *term = &queries[i].terms[t];
            assert_int_equal(term->len, strlen(term->text));
            img_buf_printf(out, "%s%c%g:%s", t > 0 ? " " : "", "tpbv"[term->kind], term->weight,
                           term->text);
        }
        img_buf_printf(out, " [%s]", queries[i].shown ? queries[i].shown : "(null)");
    }
    img_arena_clear(&arena);
}

static void expect(const char *expected, const char *const *words)
{
    struct img_buf out = {0};
    put_queries(words, &out);
    assert_string_equal(out.data ? out.data : "", expected);
    img_buf_clear(&out);
}

#define EXPECT(expected, ...) expect(expected, (const char *const[]){__VA_ARGS__, NULL})

static void test_terms(void **state)
{
    (void)state;
    EXPECT("t1:golden retriever [golden retriever]", "golden retriever");
    EXPECT("t2:golden retriever p1:./pool.jpg t-1:fruits "
           "[2:golden retriever + ./pool.jpg - fruits]",
           "2:golden retriever", "+", "./pool.jpg", "-", "fruits");
    EXPECT("p1:pool.jpg [pool.jpg]", "pool.jpg");
    EXPECT("p0.5:pool.jpg [pool.jpg]", "0.5:pool.jpg");
    EXPECT("p0.25:/a/b.jpg [/a/b.jpg]", ".25:/a/b.jpg");
    EXPECT("p1:2:odd.jpg [2:odd.jpg]", "2:odd.jpg");
    EXPECT("p1:../x [../x]", "../x");
    EXPECT("p1:fruit [fruit]", "fruit");
    EXPECT("t1:fruit [fruit]", "T:fruit");
    EXPECT("t1:2:x t1:- [2:x + -]", "T:2:x", "+", "T:-");
    EXPECT("t3:x [x]", "3:x");
    EXPECT("t1:3: [3:]", "3:");
    EXPECT("t1::x [:x]", ":x");
    EXPECT("t1:1.2.3:x [1.2.3:x]", "1.2.3:x");
    EXPECT("t1:a photo.jpg of it [a photo.jpg of it]", "a photo.jpg of it");
}

static void test_several(void **state)
{
    (void)state;
    EXPECT("t1:cat [cat]; t1:dog [dog]", "cat", "dog");
    EXPECT("t1:cat t1:x [cat + x]; t1:dog [dog]", "cat", "+", "x", "dog");
    expect("", (const char *const[]){NULL});
}

static void test_standard_input(void **state)
{
    (void)state;
    EXPECT("b1:- [(null)]", "-");
    EXPECT("b1:- t1:cat [- + cat]", "-", "+", "cat");
    EXPECT("b1:- t-1:cat [- - cat]", "-", "-", "cat");
    EXPECT("t1:cat b-1:- [cat - -]", "cat", "-", "-");
    EXPECT("v1:[1] [(null)]", "V:[1]");
    EXPECT("v1:[1] t-1:x [[1] - x]", "V:[1]", "-", "x");
}

static void test_wrong(void **state)
{
    (void)state;
    EXPECT("error: '+': something is missing before it", "+", "cat");
    EXPECT("error: '+': something is missing before it", "cat", "+", "+", "dog");
    EXPECT("error: '+': something is missing behind it", "cat", "+");
    EXPECT("error: '-': something is missing behind it", "cat", "-");
    EXPECT("error: a query is empty", "");
    EXPECT("error: a query is empty", "cat", "+", "");
    EXPECT("error: '99999999:x': the weight is more than 1e+06", "99999999:x");
    EXPECT("error: 'typo.JPG': no such file (--text takes it for a text)", "typo.JPG");
    EXPECT("error: 'typo.png': no such file (--text takes it for a text)", "2:typo.png");
}

static void test_templates(void **state)
{
    struct img_arena arena = {0};
    struct img_templates templates;
    struct img_err err;
    size_t len;
    const char *const words[] = {"a photo of {}", "ensemble", "{} and {}"};
    (void)state;
    assert_true(img_templates_make(words, 3, &arena, &templates, &err));
    assert_int_equal(templates.count, 9);
    assert_string_equal(templates.items[1], "itap of a {}.");
    assert_string_equal(templates.items[7], "a photo of the small {}.");
    const char *filled = img_template_fill(templates.items[8], "x\0y", 3, &arena, &len, &err);
    assert_int_equal(len, 11);
    assert_memory_equal(filled, "x\0y and x\0y", 12);
    filled = img_template_fill("{}", "", 0, &arena, &len, &err);
    assert_string_equal(filled, "");
    assert_int_equal(len, 0);
    const char *const wrong[] = {"a photo"};
    assert_false(img_templates_make(wrong, 1, &arena, &templates, &err));
    assert_int_equal(err.code, IMG_ERR_USAGE);
    assert_true(img_templates_make(wrong, 0, &arena, &templates, &err));
    assert_int_equal(templates.count, 0);
    img_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terms), cmocka_unit_test(test_several),
        cmocka_unit_test(test_standard_input), cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_templates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
