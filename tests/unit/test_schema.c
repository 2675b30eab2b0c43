/* The checker of JSON Schema that holds our requests to a server's specification: it must be able
 * to fail. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "support/schema.h"

static bool fits(const char *root_text, const char *value_text)
{
    struct img_err err = {0};
    struct img_doc *root =
        img_doc_parse(root_text, strlen(root_text), 1000, IMG_ERR_BAD_RECORD, &err);
    struct img_doc *value =
        img_doc_parse(value_text, strlen(value_text), 1000, IMG_ERR_BAD_RECORD, &err);
    assert_non_null(root);
    assert_non_null(value);
    bool ok = schema_fits(root, root, value, &err);
    assert_true(ok || err.text[0]);
    img_doc_free(root);
    img_doc_free(value);
    return ok;
}

static const struct {
    const char *schema, *value;
    bool fits;
} cases[] = {
    {"{\"type\":\"integer\",\"minimum\":1}", "1", true},
    {"{\"type\":\"integer\",\"minimum\":1}", "0", false},
    {"{\"type\":\"integer\"}", "1.5", false},
    {"{\"type\":\"integer\"}", "\"1\"", false},
    {"{\"type\":\"integer\",\"format\":\"uint8\"}", "255", true},
    {"{\"type\":\"integer\",\"format\":\"uint8\"}", "256", false},
    {"{\"type\":\"integer\",\"format\":\"uint64\"}", "18446744073709551615", true},
    {"{\"type\":\"integer\",\"format\":\"uint32\"}", "-1", false},
    {"{\"type\":\"number\",\"format\":\"float\"}", "1e39", false},
    {"{\"type\":\"number\",\"maximum\":1}", "1.01", false},
    {"{\"type\":\"boolean\"}", "false", true},
    {"{\"type\":\"boolean\"}", "null", false},
    {"{\"type\":\"boolean\",\"nullable\":true}", "null", true},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"nullable\":true}]}", "null", true},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"nullable\":true}]}", "1", false},
    {"{\"oneOf\":[{\"type\":\"number\"},{\"type\":\"integer\"}]}", "1", false},
    {"{\"oneOf\":[{\"type\":\"number\"},{\"type\":\"integer\"}]}", "1.5", true},
    {"{\"allOf\":[{\"minimum\":1},{\"maximum\":2}]}", "3", false},
    {"{\"type\":\"string\",\"enum\":[\"a\",\"b\"]}", "\"c\"", false},
    {"{\"type\":\"string\",\"minLength\":1}", "\"\"", false},
    {"{\"type\":\"string\",\"format\":\"uuid\"}", "\"6f9619ff-8b86-d011-b42d-00cf4fc964ff\"", true},
    {"{\"type\":\"string\",\"format\":\"uuid\"}", "\"6f9619ff-8b86-d011-b42d-00cf4fc964f\"", false},
    {"{\"type\":\"string\",\"format\":\"date-time\"}", "\"2024-05-06T07:08:09.5+02:00\"", true},
    {"{\"type\":\"string\",\"format\":\"date-time\"}", "\"yesterday\"", false},
    {"{\"type\":\"array\",\"items\":{\"type\":\"number\"}}", "[1,2]", true},
    {"{\"type\":\"array\",\"items\":{\"type\":\"number\"}}", "[1,\"2\"]", false},
    {"{\"type\":\"array\",\"minItems\":1}", "[]", false},
    {"{\"type\":\"array\",\"uniqueItems\":true}", "[1,2,1]", false},
    {"{\"type\":\"object\",\"required\":[\"a\"]}", "{\"b\":1}", false},
    {"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}", "{\"a\":1}", false},
    {"{\"type\":\"object\",\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"b\":1}",
     false},
    {"{\"type\":\"object\",\"additionalProperties\":{\"type\":\"number\"}}", "{\"b\":\"x\"}",
     false},
    {"{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}", "[[],[]]", true},
    {"{\"$ref\":\"#/nowhere\"}", "1", false},
    {"{\"$ref\":\"#/a\",\"a\":{\"$ref\":\"#/a\"}}", "1", false},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (fits(cases[i].schema, cases[i].value) != cases[i].fits) {
            print_message("%s against %s\n", cases[i].value, cases[i].schema);
            fail();
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
