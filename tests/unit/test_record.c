/* Records: written as the contract has them, read back, unknown fields kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "record/embedding.h"
#include "record/read.h"

static const float vector[] = {0.25f, -0.1f, 1e-7f};

static struct img_embedding_record sample(void)
{
    return (struct img_embedding_record){
        .image_path = "a.jpg",
        .image_path_len = 5,
        .embedding = vector,
        .model_name = "demo",
        .model_fingerprint = "0123456789abcdef",
        .preprocessing = "89abcdef",
        .precision = "f32",
        .dimension = 3,
        .normalized = true,
        .has_confidence = true,
        .confidence = 0.93,
        .processing_time = 0.0041,
    };
}

/* The line must be what is expected, and JSON. */
static void assert_line(const struct img_embedding_record *record, const char *expected)
{
    struct img_buf out = {0};
    struct img_arena arena = {0};
    struct img_json_object object;
    struct img_err err;
    img_embedding_put(&out, record);
    assert_string_equal(out.data, expected);
    assert_true(img_json_scan(out.data, out.len, &arena, &object, &err));
    for (size_t i = 0; i < object.count; i++)
        assert_false(object.members[i].shadowed);
    img_buf_clear(&out);
    img_arena_clear(&arena);
}

static void test_picture(void **state)
{
    (void)state;
    struct img_embedding_record record = sample();
    struct img_id id = img_hash_id("x", 1);
    char hex[IMG_ID_HEX], expected[1024];
    img_id_hex(&id, hex);
    record.image_id = &id;
    snprintf(expected, sizeof expected,
             "{\"image_path\":\"a.jpg\",\"image_id\":\"%s\",\"embedding\":[0.25,-0.1,1e-7],"
             "\"model_name\":\"demo\",\"model_fingerprint\":\"0123456789abcdef\","
             "\"preprocessing\":\"89abcdef\",\"precision\":\"f32\",\"dimension\":3,"
             "\"normalized\":true,\"confidence\":0.93,\"processing_time\":0.0041,\"cached\":false,"
             "\"error\":null,\"error_code\":null}\n",
             hex);
    assert_line(&record, expected);
}

static void test_base64_vector(void **state)
{
    (void)state;
    struct img_embedding_record record = sample();
    struct img_buf out = {0};
    record.base64 = true;
    img_embedding_put(&out, &record);
    assert_non_null(strstr(out.data, "\"embedding\":\"AACAPs3MzL2Vv9Yz\","));
    img_buf_clear(&out);

    /* More than one chunk, and every length modulo 3. */
    enum { MOST = 2000 };
    static float values[MOST];
    for (size_t i = 0; i < MOST; i++)
        values[i] = (float)i * 0.37f - 100.0f;
    for (size_t n = MOST - 3; n < MOST; n++) {
        struct img_arena arena = {0};
        struct img_input_record input;
        const float *back;
        size_t count;
        struct img_err err;
        record.embedding = values;
        record.dimension = n;
        img_embedding_put(&out, &record);
        assert_true(img_record_read(out.data, out.len, &arena, &input, &err));
        assert_true(img_record_embedding(&input.object, &arena, &back, &count, &err));
        assert_int_equal(count, n);
        assert_memory_equal(back, values, n * sizeof *back);
        img_buf_clear(&out);
        img_arena_clear(&arena);
    }
}

static void test_text(void **state)
{
    (void)state;
    struct img_embedding_record record = sample();
    record.is_text = true;
    record.image_path = NULL;
    record.text = "a \"red\"\n\0circle";
    record.text_len = 15;
    record.has_confidence = false;
    record.embedding = NULL;
    assert_line(&record,
                "{\"text\":\"a \\\"red\\\"\\n\\u0000circle\",\"image_id\":null,\"embedding\":null,"
                "\"model_name\":\"demo\",\"model_fingerprint\":\"0123456789abcdef\","
                "\"precision\":\"f32\",\"dimension\":3,\"normalized\":true,\"confidence\":null,"
                "\"processing_time\":0.0041,\"cached\":false,\"error\":null,"
                "\"error_code\":null}\n");
}

static void test_failure(void **state)
{
    (void)state;
    struct img_err err;
    img_err_set(&err, IMG_ERR_NOT_AN_IMAGE, "not an image: \"\x1b\"");
    struct img_embedding_record record = {
        .image_path = "\xff\n.jpg", .image_path_len = 6, .error = &err, .processing_time = 1e-9};
    assert_line(&record,
                "{\"image_path\":\"\xEF\xBF\xBD\\n.jpg\",\"image_path_base64\":\"/wouanBn\","
                "\"image_id\":null,\"embedding\":null,\"model_name\":null,"
                "\"model_fingerprint\":null,\"preprocessing\":null,\"precision\":null,"
                "\"dimension\":null,\"normalized\":false,\"confidence\":null,"
                "\"processing_time\":0,\"cached\":false,"
                "\"error\":\"not an image: \\\"\\u001b\\\"\",\"error_code\":\"not_an_image\"}\n");
}

static void test_metadata(void **state)
{
    (void)state;
    struct img_metadata_record metadata = {
        .image_path = "a.jpg", .image_path_len = 5, .width = 640, .height = 480, .format = "JPEG",
        .mode = "RGB", .size = 12345, .dpi_x = 72, .dpi_y = 72.5, .creation_date = "",
        .modification_date = "2024-05-06T07:08:09", .orientation = 6, .has_icc_profile = true,
        .pages = 1, .known = true};
    struct img_buf out = {0};
    img_metadata_put(&out, &metadata);
    assert_string_equal(out.data,
                        "{\"image_path\":\"a.jpg\",\"width\":640,\"height\":480,"
                        "\"format\":\"JPEG\",\"mode\":\"RGB\",\"size\":12345,\"dpi\":[72,72.5],"
                        "\"creation_date\":null,\"modification_date\":\"2024-05-06T07:08:09\","
                        "\"camera_info\":null,\"gps_info\":null,\"orientation\":6,"
                        "\"icc_profile\":true,\"has_alpha\":false,\"pages\":1");
    img_buf_reset(&out);
    img_metadata_put(&out, &(struct img_metadata_record){.size = 3, .camera_info = "{\"iso\":3}"});
    assert_string_equal(out.data,
                        "{\"image_path\":null,\"width\":null,\"height\":null,\"format\":null,"
                        "\"mode\":null,\"size\":3,\"dpi\":null,\"creation_date\":null,"
                        "\"modification_date\":null,\"camera_info\":{\"iso\":3},"
                        "\"gps_info\":null,\"orientation\":null,\"icc_profile\":null,"
                        "\"has_alpha\":null,\"pages\":null");
    img_buf_clear(&out);
}

/* All four ways "metadata" can look, each valid JSON and in its place. */
static void test_metadata_and_logs(void **state)
{
    (void)state;
    struct img_metadata_record metadata = {.size = 3};
    struct img_log_line lines[] = {{"2024-01-02T03:04:05.678Z", "decoded"}, {"t", "a\"b"}};
    for (int with = 0; with < 4; with++) {
        struct img_embedding_record record = sample();
        struct img_buf out = {0};
        struct img_arena arena = {0};
        struct img_json_object object, inner;
        struct img_err err;
        record.low_quality = true;
        if (with & 1)
            record.metadata = &metadata;
        if (with & 2) {
            record.debug = true;
            record.logs = lines;
            record.log_count = 2;
        }
        img_embedding_put(&out, &record);
        assert_non_null(strstr(out.data, "\"confidence\":0.93,\"low_quality\":true,\"proc"));
        assert_true(img_json_scan(out.data, out.len, &arena, &object, &err));
        const struct img_json_value *value = img_json_find(&object, "metadata");
        assert_int_equal(value != NULL, with != 0);
        if (value) {
            assert_true(img_json_enter(value, &arena, &inner, &err));
            assert_int_equal(img_json_find(&inner, "size") != NULL, with & 1);
            assert_int_equal(img_json_find(&inner, "debug_logs") != NULL, with >> 1);
            assert_string_equal(inner.members[inner.count - 1].key,
                                with & 2 ? "debug_logs" : "pages");
        }
        img_buf_clear(&out);
        img_arena_clear(&arena);
    }
}

static void test_unknown_fields(void **state)
{
    (void)state;
    static const char line[] =
        "{ \"big\": 123456789012345678901234567890 , \"image_path\":\"old\",\"m\\u00e4\\/\" : [1, "
        "{\"a\":\"\\u0041\"} ],\"embedding\":[9],\"error\":null,\"big2\":1e5000,"
        "\"metadata\":{\"x\": 1},\"dup\":1,\"low_quality\":true,\"dup\":2,\"image_base64\":\"\","
        "\"image_path_base64\":null}";
    struct img_arena arena = {0};
    struct img_input_record input;
    struct img_err err;
    struct img_embedding_record record = sample();
    static const char tail[] = ",\"big\":123456789012345678901234567890,\"m\\u00e4\\/\":[1, "
                               "{\"a\":\"\\u0041\"} ],\"big2\":1e5000";
    char expected[512];
    assert_true(img_record_read(line, strlen(line), &arena, &input, &err));
    record.input = &input.object;
    struct img_buf out = {0};
    img_embedding_put(&out, &record);
    snprintf(expected, sizeof expected,
             "\"error_code\":null%s,\"metadata\":{\"x\": 1},\"dup\":2}\n", tail);
    assert_string_equal(strstr(out.data, "\"error_code\""), expected);
    img_buf_reset(&out);

    struct img_metadata_record metadata = {.size = 3};
    record.metadata = &metadata;
    img_embedding_put(&out, &record);
    snprintf(expected, sizeof expected, "\"error_code\":null%s,\"dup\":2}\n", tail);
    assert_string_equal(strstr(out.data, "\"error_code\""), expected);
    img_buf_clear(&out);
    img_arena_clear(&arena);
}

static bool read_record(const char *line, struct img_arena *arena, struct img_input_record *record,
                        struct img_err *err)
{
    char *copy = img_arena_copy(arena, line, strlen(line), err);
    assert_non_null(copy);
    return img_record_read(copy, strlen(line), arena, record, err);
}

static void test_reading(void **state)
{
    (void)state;
    struct img_arena arena = {0};
    struct img_input_record record;
    struct img_err err;
    assert_true(read_record("{\"image_path\":\"a\\u00e4\"}", &arena, &record, &err));
    assert_int_equal(record.kind, IMG_RECORD_PATH);
    assert_string_equal(record.path, "a\xC3\xA4");
    assert_true(read_record("{\"image_path\":\"a\",\"image_path_base64\":\"/wo=\",\"error\":null}",
                            &arena, &record, &err));
    assert_int_equal(record.path_len, 2);
    assert_string_equal(record.path, "\xff\n");
    assert_true(read_record("{\"image_path\":null,\"image_base64\":\"AAEC\",\"text\":\"t\"}",
                            &arena, &record, &err));
    assert_int_equal(record.kind, IMG_RECORD_BYTES);
    assert_int_equal(record.bytes_len, 3);
    assert_memory_equal(record.bytes, "\0\1\2", 3);
    assert_true(read_record("{\"text\":\"a\\u0000b\",\"error\":false}", &arena, &record, &err));
    assert_int_equal(record.kind, IMG_RECORD_TEXT);
    assert_int_equal(record.text_len, 3);
    assert_true(read_record("{\"image_path\":3,\"error\":\"x\"}", &arena, &record, &err));
    assert_int_equal(record.kind, IMG_RECORD_FAILED);
    assert_true(read_record("{\"error\":{}}", &arena, &record, &err));
    assert_int_equal(record.kind, IMG_RECORD_FAILED);
    img_arena_clear(&arena);
}

static void test_bad_records(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"x", "not JSON: no object at byte 1"},
        {"{}", "a record without image_path, image_path_base64, image_base64 and text"},
        {"{\"image_path\":null}",
         "a record without image_path, image_path_base64, image_base64 and text"},
        {"{\"image_path\":3}", "image_path: not a string"},
        {"{\"image_path\":\"a\\u0000b\"}", "image_path holds a NUL"},
        {"{\"image_path_base64\":\"YQBi\"}", "image_path holds a NUL"},
        {"{\"image_path_base64\":\"Y\"}",
         "image_path_base64: base64 of 1 characters, not a multiple of 4"},
        {"{\"image_path\":\"-\"}",
         "image_path \"-\" is the standard input of an earlier program"},
        {"{\"image_base64\":[]}", "image_base64: not a string"},
        {"{\"image_base64\":\"!!!!\"}", "image_base64: not base64 at character 1"},
        {"{\"text\":\"\\ud800\"}", "text: half a surrogate pair in a string"},
        {"{\"text\":{}}", "text: not a string"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct img_arena arena = {0};
        struct img_input_record record;
        struct img_err err;
        assert_false(read_record(bad[i][0], &arena, &record, &err));
        assert_int_equal(err.code, IMG_ERR_BAD_RECORD);
        assert_string_equal(err.text, bad[i][1]);
        img_arena_clear(&arena);
    }
}

static void test_reading_embeddings(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"{\"text\":\"x\"}", "a record without an embedding"},
        {"{\"text\":\"x\",\"embedding\":null}", "a record without an embedding"},
        {"{\"text\":\"x\",\"embedding\":[]}", "embedding: no numbers"},
        {"{\"text\":\"x\",\"embedding\":[1,\"2\"]}", "embedding: element 2 is not a number"},
        {"{\"text\":\"x\",\"embedding\":[1,1e40]}", "embedding: element 2 is too large"},
        {"{\"text\":\"x\",\"embedding\":3}", "embedding: neither an array nor a base64 string"},
        {"{\"text\":\"x\",\"embedding\":\"AAAA\"}",
         "embedding: base64 of 3 bytes is no list of float32"},
    };
    struct img_arena arena = {0};
    struct img_input_record record;
    const float *values;
    size_t count;
    struct img_err err;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_true(read_record(bad[i][0], &arena, &record, &err));
        assert_false(img_record_embedding(&record.object, &arena, &values, &count, &err));
        assert_string_equal(err.text, bad[i][1]);
    }
    assert_true(read_record("{\"text\":\"x\",\"embedding\":[0.1,-2]}", &arena, &record, &err));
    assert_true(img_record_embedding(&record.object, &arena, &values, &count, &err));
    assert_int_equal(count, 2);
    assert_true(values[0] == 0.1f && values[1] == -2);
    img_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_picture),       cmocka_unit_test(test_base64_vector),
        cmocka_unit_test(test_text),          cmocka_unit_test(test_failure),
        cmocka_unit_test(test_metadata),      cmocka_unit_test(test_metadata_and_logs),
        cmocka_unit_test(test_unknown_fields), cmocka_unit_test(test_reading),
        cmocka_unit_test(test_bad_records),   cmocka_unit_test(test_reading_embeddings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
