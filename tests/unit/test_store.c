/* What img-store sends and reads, without a server: ids, payloads, records, filters, answers. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "query/where.h"
#include "store/filter.h"
#include "store/payload.h"
#include "store/reply.h"
#include "store/seen.h"
#include "store/target.h"
#include "support/qdrant.h"

static void test_ids(void **state)
{
    (void)state;
    char text[IMG_POINT_ID_TEXT];
    /* Python: uuid.uuid5(uuid.UUID('5f3c8f0e-6c2b-5d0f-9b0e-8d1a4a7c2e61'), '…') */
    struct img_point_id id = img_point_id_of_path("0123456789abcdef", "/photos/a.jpg", 13), back;
    img_point_id_text(&id, text);
    assert_string_equal(text, "ba338c25-0cb5-5e61-a22c-229dc23d6aff");
    assert_true(img_point_id_read(text, 36, &back));
    assert_memory_equal(&id, &back, sizeof id);
    assert_false(img_point_id_read(text, 35, &back));
    text[3] = 'g';
    assert_false(img_point_id_read(text, 36, &back));
    id = img_point_id_of_content("0123456789abcdef", "00112233445566778899aabbccddeeff");
    img_point_id_text(&id, text);
    assert_string_equal(text, "abd2a18a-b864-5971-b185-5482211a6c60");
}

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *path, *absolute;
    } cases[] = {{"a.jpg", "/home/me/a.jpg"},   {"./a//b/./c", "/home/me/a/b/c"},
                 {"/x//y/", "/x/y"},            {"../a", "/home/me/../a"},
                 {"/", "/"},                    {".", "/home/me"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct img_buf out = {0};
        img_point_path("/home/me/", cases[i].path, strlen(cases[i].path), &out);
        assert_string_equal(out.data, cases[i].absolute);
        img_buf_clear(&out);
    }
}

static void test_seen(void **state)
{
    (void)state;
    struct img_seen seen = {0};
    struct img_err err;
    for (uint32_t i = 0; i < 20000; i++) {
        struct img_point_id id = {0};
        uint32_t mixed = i * 2654435761u;
        memcpy(id.bytes, &mixed, sizeof mixed);
        assert_true(img_seen_add(&seen, &id, &err));
        assert_true(img_seen_add(&seen, &id, &err));
        assert_true(img_seen_has(&seen, &id));
        id.bytes[15] = 1;
        assert_false(img_seen_has(&seen, &id));
    }
    assert_int_equal(seen.count + seen.has_zero, 20000);
    img_seen_clear(&seen);
}

/* A record through a payload that the server has sorted, and back. */
static void check_round_trip(const char *line)
{
    struct img_arena arena = {0};
    struct img_stored_record record;
    struct img_err err = {0};
    struct img_buf payload = {0}, back = {0};
    struct img_json_object object;
    char digest[IMG_STORED_DIGEST];
    assert_true(img_stored_read(line, strlen(line), NULL, 0, &arena, &record, &err));
    img_stored_put_payload(&payload, &record, record.vector, "/photos", digest);
    assert_false(payload.failed);
    assert_null(strstr(payload.data, "\"embedding\":["));
    assert_non_null(strstr(payload.data, digest));
    assert_true(img_json_scan(payload.data, payload.len, &arena, &object, &err));
    img_stored_put_record(&back, &object, record.vector, record.dimension, false, false);
    assert_int_equal(back.data[back.len - 1], '\n');
    back.data[back.len - 1] = '\0';
    assert_string_equal(back.data, line);
    img_buf_clear(&payload);
    img_buf_clear(&back);
    img_arena_clear(&arena);
}

static void test_round_trip(void **state)
{
    (void)state;
    check_round_trip("{\"image_path\":\"a.jpg\",\"image_id\":\"00\",\"embedding\":[0.6,-0.8],"
                     "\"model_name\":\"m\",\"model_fingerprint\":\"f\",\"dimension\":2,"
                     "\"normalized\":true,\"processing_time\":0.01,\"cached\":false,\"metadata\":{"
                     "\"gps_info\":{\"latitude\":1.5,\"longitude\":-2}},\"error\":null,"
                     "\"error_code\":null,\"own\":[1,2,{\"embedding\":1}]}");
    check_round_trip("{\"text\":\"caf\\u00e9\",\"image_id\":\"00\",\"embedding\":[1],"
                     "\"model_fingerprint\":\"f\",\"normalized\":true,"
                     "\"big\":12345678901234567890}");
}

static void test_payload(void **state)
{
    (void)state;
    static const char *const line =
        "{\"image_path\":\"a.jpg\",\"embedding\":[3,4],\"model_fingerprint\":\"f\","
        "\"normalized\":false,\"processing_time\":%d,\"gps_info\":{\"latitude\":90.5,"
        "\"longitude\":0},\"metadata\":{\"gps_info\":{\"latitude\":-1,\"longitude\":2.25}}}";
    static const float unit[] = {0.6f, 0.8f};
    char digests[3][IMG_STORED_DIGEST], text[512];
    for (int i = 0; i < 3; i++) {
        struct img_arena arena = {0};
        struct img_stored_record record;
        struct img_err err = {0};
        struct img_buf payload = {0};
        int len = snprintf(text, sizeof text, line, i);
        if (i == 2)
            text[16] = 'b';
        assert_true(img_stored_read(text, (size_t)len, NULL, 0, &arena, &record, &err));
        img_stored_put_payload(&payload, &record, unit, NULL, digests[i]);
        assert_non_null(strstr(payload.data, "\"normalized\":true"));
        assert_non_null(strstr(payload.data, "\"location\":{\"lat\":-1,\"lon\":2.25}"));
        assert_null(strstr(payload.data, "root"));
        img_buf_clear(&payload);
        img_arena_clear(&arena);
    }
    assert_string_equal(digests[0], digests[1]);
    assert_string_not_equal(digests[0], digests[2]);
}

static void test_refused_records(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "", "[]", "{}", "{\"image_path\":\"a\"}", "{\"image_path\":\"a\",\"embedding\":[1]}",
        "{\"embedding\":[1],\"model_fingerprint\":\"f\"}",
        "{\"image_path\":7,\"embedding\":[1],\"model_fingerprint\":\"f\"}",
        "{\"image_path\":\"a\",\"embedding\":[1e99],\"model_fingerprint\":\"f\"}",
        "{\"image_path_base64\":\"!\",\"embedding\":[1],\"model_fingerprint\":\"f\"}"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct img_arena arena = {0};
        struct img_stored_record record;
        struct img_err err = {0};
        assert_false(img_stored_read(lines[i], strlen(lines[i]), NULL, 0, &arena, &record, &err));
        assert_int_equal(err.code, IMG_ERR_BAD_RECORD);
        img_arena_clear(&arena);
    }
}

static bool translate(const char *text, struct img_buf *out, bool *exact, struct img_err *err)
{
    struct img_arena arena = {0};
    struct img_where where;
    size_t at;
    bool ok = img_where_parse(text, &arena, &where, &at, err) &&
              img_qdrant_filter(&where, out, exact, err);
    img_arena_clear(&arena);
    return ok;
}

static const char *const payloads[] = {
    "{\"image_path\":\"/a/cat.jpg\",\"n\":5,\"ok\":true,\"when\":\"2021-05-06T10:00:00\"}",
    "{\"image_path\":\"/a/dog.jpg\",\"n\":5.5,\"ok\":false,\"tags\":[\"x\",\"y\"]}",
    "{\"image_path\":\"/b/Cat.jpg\",\"n\":null,\"m\":{\"width\":100,\"when\":\"2021-05-06\"}}",
    "{\"image_path\":\"2021-05\",\"m\":{\"width\":99.5},\"when\":\"2022-01-01T00:00:00Z\"}",
    "{\"text\":\"caf\\u00e9 \\\"x\\\"\",\"tags\":[]}",
};

/* The translation holds for the same payloads as the filter itself. */
static void test_filters(void **state)
{
    (void)state;
    static const char *const filters[] = {
        "n == 5", "n != 5", "n > 5", "n >= 5 && n <= 5.5", "n < 100 || m.width < 100", "!(n == 5)",
        "ok", "!ok", "ok == false", "ok != true", "image_path == '/a/cat.jpg'",
        "image_path != '/a/cat.jpg'", "image_path ~ '*cat*'", "image_path ~ '/a/cat.jpg'",
        "tags == 'x'", "tags != 'x'", "n == null", "n != null", "m", "m.width >= 99.5",
        "when >= '2021'", "when < '2022'", "when == '2021-05'", "when > '2021-05-06'",
        "when <= '2021-05-06T10'", "image_path == '2021-05'", "m.when == '2021-05-06'",
        "text == 'café \"x\"'", "n == 5 && (ok || tags == 'x') && !(m.width > 1)",
        "!(!(n == 5) && !(n == 5.5))"};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        struct img_arena arena = {0};
        struct img_where where;
        struct img_err err = {0};
        struct img_buf json = {0};
        size_t at;
        bool exact;
        assert_true(img_where_parse(filters[i], &arena, &where, &at, &err));
        if (!img_qdrant_filter(&where, &json, &exact, &err))
            fail_msg("%s: %s", filters[i], err.text);
        struct img_doc *filter =
            img_doc_parse(json.data, json.len, 1000, IMG_ERR_BAD_RECORD, &err);
        assert_non_null(filter);
        struct img_where_eval eval = {.where = &where};
        for (size_t j = 0; j < sizeof payloads / sizeof *payloads; j++) {
            char copy[256];
            snprintf(copy, sizeof copy, "%s", payloads[j]);
            const struct qdrant_point point = {.payload = copy, .payload_len = strlen(copy)};
            bool there, here = img_where_holds(&eval, copy, strlen(copy));
            if (strstr(filters[i], "null") && strstr(copy, "[]"))
                continue;
            assert_true(qdrant_filter(filter, &point, &there, &err));
            if (here != there)
                fail_msg("%s on %s: %d, there %d: %s", filters[i], copy, here, there, json.data);
        }
        img_where_eval_clear(&eval);
        img_doc_free(filter);
        img_buf_clear(&json);
        img_arena_clear(&arena);
    }
}

static void test_no_filters(void **state)
{
    (void)state;
    static const char *const filters[] = {"a == b",    "a < 'x'",   "a ~ 'x?'",       "a ~ '*.jpg'",
                                          "a[0] == 1", "a < true",  "a >= null",
                                          "[\"x y\"] == 1",
                                          "a ~ '**x'", "a.b == c", "x == 1 && a ~ 'y*'"};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        struct img_err err = {0};
        struct img_buf json = {0};
        bool exact;
        if (translate(filters[i], &json, &exact, &err))
            fail_msg("%s is %s", filters[i], json.data);
        assert_int_equal(err.code, IMG_ERR_USAGE);
        img_buf_clear(&json);
    }
}

static void test_exact(void **state)
{
    (void)state;
    static const struct {
        const char *filter;
        bool exact;
    } cases[] = {{"a == 1 && b ~ '*x*'", true}, {"a == null", false}, {"a > '2021'", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct img_err err = {0};
        struct img_buf json = {0};
        bool exact = !cases[i].exact;
        assert_true(translate(cases[i].filter, &json, &exact, &err));
        assert_int_equal(exact, cases[i].exact);
        img_buf_clear(&json);
    }
}

static void test_target(void **state)
{
    (void)state;
    static const char *const text =
        "{\"status\":\"green\",\"points_count\":7,\"config\":{\"params\":{\"vectors\":{\"size\":3,"
        "\"distance\":\"Cosine\"}},\"metadata\":{\"img_tools\":{\"model_name\":\"m\","
        "\"model_fingerprint\":\"f\"}}},\"payload_schema\":{\"image_id\":{}}}";
    struct img_arena arena = {0};
    struct img_target target;
    struct img_err err = {0};
    struct img_json_value value = {IMG_JSON_OBJECT, text, strlen(text)};
    assert_true(img_target_read(&value, &arena, &target, &err));
    assert_true(target.exists && target.plain && target.indexed[1] && !target.indexed[0]);
    assert_int_equal(target.dimension, 3);
    assert_int_equal(target.points, 7);
    assert_string_equal(target.fingerprint, "f");
    img_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),          cmocka_unit_test(test_paths),
        cmocka_unit_test(test_seen),         cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_payload),      cmocka_unit_test(test_refused_records),
        cmocka_unit_test(test_filters),      cmocka_unit_test(test_no_filters),
        cmocka_unit_test(test_exact),        cmocka_unit_test(test_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
