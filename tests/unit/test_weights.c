/* Checkpoints, honest and hostile: safetensors, shards, values of every float type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "support/scratch.h"
#include "weights/shards.h"
#include "weights/weights.h"
#include "weights/write.h"

static int setup(void **state)
{
    (void)state;
    scratch_open();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scratch_close();
    return 0;
}

/* A safetensors file with this header (its length said to be header_len) and len zero bytes. */
static const char *write_tensors(const char *name, const char *header, uint64_t header_len,
                                 size_t len)
{
    struct img_buf file = {0};
    img_buf_put(&file, &header_len, sizeof header_len);
    img_buf_puts(&file, header);
    for (size_t i = 0; i < len; i++)
        img_buf_putc(&file, (char)i);
    const char *path = scratch_write(name, file.data, file.len);
    img_buf_clear(&file);
    return path;
}

static void refused(const char *path, enum img_code code, const char *reason)
{
    struct img_weights *weights = NULL;
    struct img_err err = {0};
    if (img_weights_open(&weights, &path, 1, &err))
        fail_msg("%s was let in, wanted: %s", path, reason);
    assert_null(weights);
    if (err.code != code || !strstr(err.text, reason))
        fail_msg("got %s '%s', wanted '%s'", img_code_name(err.code), err.text, reason);
}

static void tensors_come_out(void **state)
{
    (void)state;
    static const char header[] =
        "{\"__metadata__\":{\"format\":\"pt\"},"
        "\"b\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[2,10]},"
        "\"a\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[0,2]},"
        "\"none\":{\"dtype\":\"I64\",\"shape\":[0,5],\"data_offsets\":[10,10]}}  ";
    const char *path = write_tensors("good", header, sizeof header - 1, 10);
    struct img_weights *weights;
    struct img_err err = {0};
    assert_true(img_weights_open(&weights, &path, 1, &err));
    assert_int_equal(img_weights_count(weights), 3);
    assert_string_equal(img_weights_at(weights, 0)->name, "a");
    const struct img_tensor *b = img_weights_find(weights, "b");
    assert_non_null(b);
    assert_int_equal(b->dtype, IMG_F32);
    assert_int_equal(b->dims, 2);
    assert_int_equal(b->count, 2);
    assert_int_equal(b->data[0], 2);
    float values[2];
    img_tensor_read(b, 1, 1, values);
    uint32_t bits;
    memcpy(&bits, values, sizeof bits);
    assert_int_equal(bits, 0x09080706);
    assert_int_equal(img_weights_find(weights, "none")->count, 0);
    assert_null(img_weights_find(weights, "c"));
    img_weights_close(weights);
    img_weights_close(NULL);
}

static void lying_headers_are_refused(void **state)
{
    (void)state;
#define F32(name, shape, from, to)                                                                 \
    "\"" name "\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" from "," to "]}"
    static const struct {
        const char *header;
        size_t data;
        const char *reason;
    } cases[] = {
        {"{" F32("a", "[2]", "0", "8") "," F32("b", "[1]", "4", "8") "}", 8, "overlap at byte 4"},
        {"{" F32("a", "[1]", "0", "4") "," F32("b", "[1]", "8", "12") "}", 12, "gap at byte 4"},
        {"{" F32("a", "[1]", "0", "4") "}", 8, "4 bytes behind the last tensor"},
        {"{" F32("a", "[2]", "0", "8") "}", 4, "tensor 'a': ends at byte 8 of 4"},
        {"{" F32("a", "[3]", "0", "8") "}", 8, "tensor 'a': shape wants 12 bytes, data_offsets 8"},
        {"{" F32("a", "[4294967296,4294967296]", "0", "8") "}", 8, "shape overflows"},
        {"{" F32("a", "[4611686018427387905]", "0", "4") "}", 4, "other than sizes"},
        {"{" F32("a", "[-1]", "0", "4") "}", 4, "other than sizes"},
        {"{" F32("a", "[1.5]", "0", "4") "}", 4, "other than sizes"},
        {"{" F32("a", "[1,1,1,1,1,1,1,1,1]", "0", "4") "}", 4, "more than 8 dimensions"},
        {"{" F32("a", "[1]", "4", "0") "}", 4, "rising offsets"},
        {"{" F32("a", "[1]", "1e300", "2e300") "}", 4, "rising offsets"},
        {"{" F32("a", "[1]", "0", "4") "," F32("a", "[1]", "4", "8") "}", 8, "'a' is there twice"},
        {"{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "'F31' is unknown"},
        {"{\"a\":{\"dtype\":7,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "dtype is missing"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4, "no pair"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}}", 4, "shape is missing"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "and nothing else"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":1}}", 4,
         "and nothing else"},
        {"{\"a\":7}", 4, "and nothing else"},
        {"{\"a\":", 0, "not JSON"},
        {"{} {}", 0, "more than one JSON value"},
        {"{\"a\\u0000b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "NUL"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refused(write_tensors("bad", cases[i].header, strlen(cases[i].header), cases[i].data),
                IMG_ERR_MODEL_INVALID, cases[i].reason);
}

static void lying_lengths_are_refused(void **state)
{
    (void)state;
    refused(write_tensors("long", "{}", 1000, 0), IMG_ERR_MODEL_INVALID, "header of 1000 bytes");
    refused(write_tensors("huge", "{}", UINT64_MAX, 0), IMG_ERR_MODEL_INVALID, "header of 1844674");
    refused(write_tensors("zero", "{}", 0, 0), IMG_ERR_MODEL_INVALID, "empty, wanted JSON");
}

static void deep_and_wide_headers_are_refused(void **state)
{
    (void)state;
    struct img_buf text = {0};
    img_buf_puts(&text, "{\"a\":");
    for (size_t i = 0; i < 100000; i++)
        img_buf_putc(&text, '[');
    refused(write_tensors("deep", text.data, text.len, 0), IMG_ERR_MODEL_INVALID, "nested deeper");
    img_buf_reset(&text);
    img_buf_puts(&text, "{\"a\":[1");
    for (size_t i = 0; i < 3000000; i++)
        img_buf_puts(&text, ",1");
    img_buf_puts(&text, "]}");
    refused(write_tensors("wide", text.data, text.len, 0), IMG_ERR_MODEL_INVALID, "more than");
    img_buf_clear(&text);
}

static void other_files_are_refused_by_name(void **state)
{
    (void)state;
    static const char lfs[] = "version https://git-lfs.github.com/spec/v1\noid sha256:0\n";
    char tar[600] = "pytorch_model.bin";
    memcpy(tar + 257, "ustar", 5);
    refused(scratch_write("empty", "", 0), IMG_ERR_MODEL_INVALID, "empty: empty");
    refused(scratch_write("short", "abc", 3), IMG_ERR_MODEL_INVALID, "too short");
    refused(scratch_write("lfs", lfs, sizeof lfs - 1), IMG_ERR_MODEL_INVALID, "git-lfs pointer");
    refused(scratch_write("tar", tar, sizeof tar), IMG_ERR_MODEL_INVALID, "tar archive");
    refused(scratch_write("old", "\x80\2\x8a\x0al\xfc\x9c" "F\xf9 j", 12), IMG_ERR_MODEL_INVALID,
            "before 1.6");
    refused(scratch_write("text", "once upon a time", 16), IMG_ERR_MODEL_INVALID, "neither");
    refused(scratch_path("absent"), IMG_ERR_MODEL_MISSING, "absent");
    refused(scratch_path("."), IMG_ERR_MODEL_INVALID, "not a regular file");
}

static void shards_may_not_share_a_name(void **state)
{
    (void)state;
    static const char one[] = "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
    static const char two[] = "{\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
    const char *paths[3] = {write_tensors("one", one, sizeof one - 1, 4),
                            write_tensors("two", two, sizeof two - 1, 4),
                            write_tensors("three", one, sizeof one - 1, 4)};
    struct img_weights *weights;
    struct img_err err = {0};
    assert_true(img_weights_open(&weights, paths, 2, &err));
    assert_int_equal(img_weights_count(weights), 2);
    img_weights_close(weights);
    assert_false(img_weights_open(&weights, paths, 3, &err));
    assert_non_null(strstr(err.text, "'a' is there twice"));
}

static void indexes_name_plain_files(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"{\"weight_map\":{\"a\":\"../a\"}}", "no plain file name"},
        {"{\"weight_map\":{\"a\":\"/etc/passwd\"}}", "no plain file name"},
        {"{\"weight_map\":{\"a\":\"..\"}}", "no plain file name"},
        {"{\"weight_map\":{\"a\":7}}", "no plain file name"},
        {"{\"weight_map\":{}}", "missing or empty"},
        {"{}", "missing or empty"},
        {"[", "not JSON"},
    };
    struct img_arena arena = {0};
    struct img_err err = {0};
    const char *const *names;
    size_t count;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = scratch_write("index.json", cases[i].text, strlen(cases[i].text));
        assert_false(img_shards_read(path, &arena, &names, &count, &err));
        assert_int_equal(err.code, IMG_ERR_MODEL_INVALID);
        assert_non_null(strstr(err.text, cases[i].reason));
    }
    static const char good[] = "{\"weight_map\":{\"x\":\"b\",\"y\":\"a\",\"z\":\"b\"}}";
    const char *path = scratch_write("index.json", good, sizeof good - 1);
    assert_true(img_shards_read(path, &arena, &names, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(names[0], "a");
    assert_string_equal(names[1], "b");
    img_arena_clear(&arena);
}

/* By the definition of binary16. */
static double half_value(unsigned half)
{
    int exponent = (int)(half >> 10 & 31);
    double fraction = half & 1023;
    double size = exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25);
    return half & 0x8000 ? -size : size;
}

static void every_half_is_exact(void **state)
{
    (void)state;
    static unsigned char bytes[2 * 65536];
    static float values[65536];
    for (unsigned i = 0; i < 65536; i++) {
        bytes[2 * i] = (unsigned char)i;
        bytes[2 * i + 1] = (unsigned char)(i >> 8);
    }
    struct img_tensor tensor = {.dtype = IMG_F16, .count = 65536, .data = bytes};
    img_tensor_read(&tensor, 0, 65536, values);
    for (unsigned i = 0; i < 65536; i++) {
        if ((i & 0x7c00) != 0x7c00)
            assert_true((double)values[i] == half_value(i) && !signbit(values[i]) == !(i & 0x8000));
        else if (i & 1023)
            assert_true(isnan(values[i]));
        else
            assert_true(isinf(values[i]) && !signbit(values[i]) == !(i & 0x8000));
    }
}

static void wider_types_are_read(void **state)
{
    (void)state;
    static const double doubles[] = {1.0 / 3, -2, 1e-40};
    static const uint16_t brains[] = {0x3f80, 0xc000, 0x7f80};
    float out[3];
    struct img_tensor tensor = {.dtype = IMG_F64, .data = (const unsigned char *)doubles};
    img_tensor_read(&tensor, 0, 3, out);
    assert_true(out[0] == (float)(1.0 / 3) && out[1] == -2 && out[2] == 1e-40f);
    tensor = (struct img_tensor){.dtype = IMG_BF16, .data = (const unsigned char *)brains};
    img_tensor_read(&tensor, 1, 2, out);
    assert_true(out[0] == -2 && isinf(out[1]));
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct img_tensor tensors[] = {
        {.name = "z.weight", .dims = 2, .shape = {2, 3}},
        {.name = "scale", .dims = 0},
    };
    static const float values[7] = {1, 2, 3, 4, 5, 6, 7};
    struct img_newfile file = {0};
    struct img_err err = {0};
    const char *path = scratch_path("written");
    assert_true(img_newfile_open(&file, path, &err));
    assert_true(img_safetensors_begin(&file, tensors, 2, &err));
    assert_true(img_newfile_write(&file, values, sizeof values, &err));
    assert_true(img_newfile_commit(&file, &err));
    struct img_weights *weights;
    assert_true(img_weights_open(&weights, &path, 1, &err));
    float out[6];
    img_tensor_read(img_weights_find(weights, "z.weight"), 0, 6, out);
    assert_memory_equal(out, values, sizeof out);
    img_tensor_read(img_weights_find(weights, "scale"), 0, 1, out);
    assert_true(out[0] == 7);
    img_weights_close(weights);
    assert_true(img_newfile_open(&file, path, &err));
    tensors[0].name = "a\"b";
    assert_false(img_safetensors_begin(&file, tensors, 1, &err));
    assert_int_equal(err.code, IMG_ERR_MODEL_INVALID);
    img_newfile_abort(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_come_out),
        cmocka_unit_test(lying_headers_are_refused),
        cmocka_unit_test(lying_lengths_are_refused),
        cmocka_unit_test(deep_and_wide_headers_are_refused),
        cmocka_unit_test(other_files_are_refused_by_name),
        cmocka_unit_test(shards_may_not_share_a_name),
        cmocka_unit_test(indexes_name_plain_files),
        cmocka_unit_test(every_half_is_exact),
        cmocka_unit_test(wider_types_are_read),
        cmocka_unit_test(what_is_written_is_read),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
