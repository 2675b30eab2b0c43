/* Similarity records: names copied byte for byte, what is wanted and no more, keys in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "record/similarity.h"

static void assert_line(const char *hit, struct img_similarity_record record, const char *expected)
{
    struct img_buf out = {0};
    struct img_arena arena = {0};
    struct img_json_object object, back;
    struct img_err err;
    if (hit) {
        assert_true(img_json_scan(hit, strlen(hit), &arena, &object, &err));
        record.hit = &object;
    }
    img_similarity_put(&out, &record);
    assert_string_equal(out.data, expected);
    assert_true(img_json_scan(out.data, out.len, &arena, &back, &err));
    img_buf_clear(&out);
    img_arena_clear(&arena);
}

static void test_picture(void **state)
{
    (void)state;
    assert_line("{\"image_id\":\"x\",\"image_path\":\"a\\u00e9.jpg\",\"metadata\":{\"width\":1e3}}",
                (struct img_similarity_record){.query = "a \"cat\"",
                                               .query_len = 7,
                                               .query_index = 2,
                                               .score = 0.1,
                                               .rank = 1},
                "{\"query\":\"a \\\"cat\\\"\",\"query_index\":2,\"image_path\":\"a\\u00e9.jpg\","
                "\"similarity_score\":0.1,\"rank\":1}\n");
}

static void test_what_is_wanted(void **state)
{
    static const float vector[] = {0.5f, -1.0f};
    struct img_similarity_record record = {
        .score = 1, .embedding = vector, .dimension = 2, .metadata = true};
    (void)state;
    assert_line("{\"image_path\":\"a\",\"metadata\":{\"width\":1e3}}", record,
                "{\"query\":null,\"query_index\":0,\"image_path\":\"a\",\"similarity_score\":1,"
                "\"embedding\":[0.5,-1],\"metadata\":{\"width\":1e3}}\n");
    record.base64 = true;
    assert_line("{\"image_path\":\"a\"}", record,
                "{\"query\":null,\"query_index\":0,\"image_path\":\"a\",\"similarity_score\":1,"
                "\"embedding\":\"AAAAPwAAgL8=\",\"metadata\":null}\n");
}

static void test_names(void **state)
{
    struct img_similarity_record record = {.score = -0.25, .rank = 10};
    (void)state;
    assert_line("{\"text\":\"a\\u0000b\",\"image_path\":null}", record,
                "{\"query\":null,\"query_index\":0,\"text\":\"a\\u0000b\","
                "\"similarity_score\":-0.25,\"rank\":10}\n");
    assert_line("{\"image_path\":\"a\xef\xbf\xbd\",\"image_path_base64\":\"Yf8=\",\"text\":\"t\"}",
                record,
                "{\"query\":null,\"query_index\":0,\"image_path\":\"a\xef\xbf\xbd\","
                "\"image_path_base64\":\"Yf8=\",\"similarity_score\":-0.25,\"rank\":10}\n");
    assert_line("{\"image_path\":null}", record,
                "{\"query\":null,\"query_index\":0,\"image_path\":null,"
                "\"similarity_score\":-0.25,\"rank\":10}\n");
    assert_line(NULL, record,
                "{\"query\":null,\"query_index\":0,\"image_path\":null,"
                "\"similarity_score\":-0.25,\"rank\":10}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_picture),
        cmocka_unit_test(test_what_is_wanted),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
