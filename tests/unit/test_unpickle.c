/* PyTorch checkpoints: state dictionaries come out, and nothing else gets in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/scratch.h"
#include "support/zipped.h"
#include "weights/weights.h"

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

/* Pieces of a pickle, protocol 2. */
static void put_number(struct img_buf *out, uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        img_buf_putc(out, (char)(unsigned char)(value >> (8 * i)));
}

static void put_text(struct img_buf *out, const char *text)
{
    img_buf_putc(out, 'X');
    put_number(out, strlen(text), 4);
    img_buf_puts(out, text);
}

static void put_int(struct img_buf *out, uint64_t value)
{
    img_buf_put(out, "\x8a\x08", 2);
    put_number(out, value, 8);
}

static void put_tuple(struct img_buf *out, const uint64_t *values)
{
    img_buf_putc(out, '(');
    for (size_t i = 0; values[i] != UINT64_MAX; i++)
        put_int(out, values[i]);
    img_buf_putc(out, 't');
}

static void put_storage(struct img_buf *out, const char *type, const char *key, uint64_t numel)
{
    img_buf_putc(out, '(');
    put_text(out, "storage");
    img_buf_printf(out, "ctorch\n%s\n", type);
    put_text(out, key);
    put_text(out, "cpu");
    put_int(out, numel);
    img_buf_puts(out, "tQ");
}

struct pickled {
    const char *type, *key;
    uint64_t numel, offset;
    uint64_t shape[9], stride[9]; /* each ended by END */
};
#define END UINT64_MAX
#define FLOATS(...) &(struct pickled){"FloatStorage", "0", 6, __VA_ARGS__}

static void put_tensor(struct img_buf *out, const struct pickled *t)
{
    img_buf_puts(out, "ctorch._utils\n_rebuild_tensor_v2\n(");
    put_storage(out, t->type, t->key, t->numel);
    put_int(out, t->offset);
    put_tuple(out, t->shape);
    put_tuple(out, t->stride);
    img_buf_puts(out, "\x89" "ccollections\nOrderedDict\n)RtR");
}

static const float stored[6] = {0, 1, 2, 3, 4, 5};

/* A checkpoint of this pickle and one storage, "0", of six floats. */
static const char *container(const void *pickle, size_t len)
{
    struct zipped zip = {0};
    zipped_add(&zip, "m/data.pkl", pickle, len);
    zipped_add(&zip, "m/data/0", stored, sizeof stored);
    zipped_end(&zip);
    const char *path = scratch_write("m.bin", zip.bytes.data, zip.bytes.len);
    zipped_clear(&zip);
    return path;
}

static void refused(const char *path, const char *reason)
{
    struct img_weights *weights = NULL;
    struct img_err err = {0};
    if (img_weights_open(&weights, &path, 1, &err))
        fail_msg("let in, wanted: %s", reason);
    if (err.code != IMG_ERR_MODEL_INVALID || !strstr(err.text, reason))
        fail_msg("got %s '%s', wanted '%s'", img_code_name(err.code), err.text, reason);
}

/* {'w': tensor} */
static const char *with_tensor(const struct pickled *tensor)
{
    struct img_buf pickle = {0};
    img_buf_puts(&pickle, "\x80\x02}");
    put_text(&pickle, "w");
    put_tensor(&pickle, tensor);
    img_buf_puts(&pickle, "s.");
    const char *path = container(pickle.data, pickle.len);
    img_buf_clear(&pickle);
    return path;
}

static void check_values(const char *path, const char *name, const float *want, size_t count)
{
    struct img_weights *weights;
    struct img_err err = {0};
    float got[16];
    if (!img_weights_open(&weights, &path, 1, &err))
        fail_msg("%s", err.text);
    const struct img_tensor *tensor = img_weights_find(weights, name);
    assert_non_null(tensor);
    assert_int_equal(tensor->count, count);
    img_tensor_read(tensor, 0, count, got);
    assert_memory_equal(got, want, count * sizeof *want);
    img_weights_close(weights);
}

static void tensors_come_out(void **state)
{
    (void)state;
    static const float turned[6] = {0, 3, 1, 4, 2, 5};
    static const float row[2] = {2, 2};
    check_values(with_tensor(FLOATS(0, {2, 3, END}, {3, 1, END})), "w", stored, 6);
    check_values(with_tensor(FLOATS(4, {2, END}, {1, END})), "w", stored + 4, 2);
    check_values(with_tensor(FLOATS(5, {END}, {END})), "w", stored + 5, 1);
    check_values(with_tensor(FLOATS(0, {3, 2, END}, {1, 3, END})), "w", turned, 6);
    check_values(with_tensor(FLOATS(2, {2, END}, {0, END})), "w", row, 2);
}

/* An OrderedDict with a parameter, an integer tensor's kin, a plain number and _metadata. */
static void state_dictionaries_come_out(void **state)
{
    (void)state;
    struct img_buf pickle = {0};
    const struct pickled t = {"FloatStorage", "0", 6, 0, {6, END}, {1, END}};
    img_buf_puts(&pickle, "\x80\x02" "ccollections\nOrderedDict\nq\x01)Rq\x02(");
    put_text(&pickle, "p");
    img_buf_puts(&pickle, "ctorch._utils\n_rebuild_parameter\n(");
    put_tensor(&pickle, &t);
    img_buf_puts(&pickle, "\x88h\x01)RtR");
    put_text(&pickle, "epoch");
    put_int(&pickle, 3);
    img_buf_puts(&pickle, "u}");
    put_text(&pickle, "_metadata");
    img_buf_puts(&pickle, "h\x01)R(");
    put_text(&pickle, "");
    img_buf_putc(&pickle, '}');
    put_text(&pickle, "version");
    img_buf_puts(&pickle, "K\x01susb.");
    check_values(container(pickle.data, pickle.len), "p", stored, 6);
    img_buf_clear(&pickle);
}

static void false_tensors_are_refused(void **state)
{
    (void)state;
    static const struct {
        struct pickled tensor;
        const char *reason;
    } cases[] = {
        {{"FloatStorage", "0", 6, 1, {6, END}, {1, END}}, "tensor 'w': reaches element 6 of"},
        {{"FloatStorage", "0", 6, 0, {2, 3, END}, {4, 1, END}}, "reaches element 6 of"},
        {{"FloatStorage", "0", 7, 0, {6, END}, {1, END}}, "has 24 bytes"},
        {{"HalfStorage", "0", 6, 0, {6, END}, {1, END}}, "has 24 bytes"},
        {{"FloatStorage", "1", 6, 0, {6, END}, {1, END}}, "storage '1' is missing"},
        {{"FloatStorage", "../0", 6, 0, {6, END}, {1, END}}, "storage '../0' is missing"},
        {{"FloatStorage", "0", 6, 0, {6, END}, {1, 1, END}}, "strides are none"},
        {{"FloatStorage", "0", 6, 0, {1, 1, 1, 1, 1, 1, 1, 1, END}, {END}}, "strides are none"},
        {{"FloatStorage", "0", 6, 0, {INT64_MAX, 4, END}, {1, 1, END}}, "shape overflows"},
        {{"FloatStorage", "0", 6, 0, {1000, 1000, END}, {0, 0, END}}, "more of it than the file"},
        {{"FloatStorage", "0", 6, 0, {2, END}, {INT64_MAX, END}}, "reaches element"},
        {{"FloatStorage", "0", 6, 0, {4, END}, {INT64_MAX, END}}, "strides overflow"},
        {{"FloatStorage", "0", 6, (uint64_t)-2, {2, END}, {1, END}}, "strides are none"},
        {{"FloatStorage", "0", INT64_MAX, 0, {2, END}, {1, END}}, "has 24 bytes"},
        {{"NoStorage", "0", 6, 0, {2, END}, {1, END}}, "torch.NoStorage, which is refused"},
        {{"float32", "0", 6, 0, {2, END}, {1, END}}, "describes no storage"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refused(with_tensor(&cases[i].tensor), cases[i].reason);
}

static void strange_pickles_are_refused(void **state)
{
    (void)state;
#define CASE(bytes, reason) {bytes, sizeof bytes - 1, reason}
    static const struct {
        const char *pickle;
        size_t len;
        const char *reason;
    } cases[] = {
        CASE("\x80\2cos\nsystem\nX\2\0\0\0id\x85R.", "pickle wants os.system, which is refused"),
        CASE("\x80\4\x8c\5posix\x8c\6system\x93.", "pickle wants posix.system, which is refused"),
        CASE("\x80\2cbuiltins\neval\n.", "pickle wants builtins.eval, which is refused"),
        CASE("\x80\2ctorch\nFloatStorage\n)R.", "to call torch.FloatStorage, which is refused"),
        CASE("\x80\2ccollections\nOrderedDict\n]\x85R.", "an OrderedDict with arguments"),
        CASE("\x80\2}}R.", "a call of something that is no function"),
        CASE("\x80\2}}\x81.", "opcode NEWOBJ at byte 4, which is refused"),
        CASE("\x80\2(i__main__\nX\n.", "opcode INST at byte 3, which is refused"),
        CASE("\x80\2P1\n.", "opcode PERSID"),
        CASE("\x80\2\xff.", "opcode 0xff at byte 2, which is refused"),
        CASE("\x80\1}.", "a protocol that is not read"),
        CASE("\x80\2}", "truncated"),
        CASE("\x80\2X\xff\xff\xff\xff" "a.", "truncated"),
        CASE("\x80\5\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "truncated"),
        CASE("\x80\2cos", "truncated"),
        CASE("", "truncated"),
        CASE("\x80\2.", "nothing left on the stack"),
        CASE("\x80\2}(0.", "nothing left on the stack"),
        CASE("\x80\2\x87.", "nothing left on the stack"),
        CASE("\x80\2t.", "no mark on the stack"),
        CASE("\x80\2q\0.", "nothing to remember"),
        CASE("\x80\2}h\7.", "a memo entry that was never made"),
        CASE("\x80\2}r\xff\xff\xff\xff.", "a memo that is too large"),
        CASE("\x80\2}j\xff\xff\xff\xff.", "a memo entry that was never made"),
        CASE("\x80\2}(K\1u.", "a key without a value"),
        CASE("\x80\2K\1K\1K\1s.", "a value that takes nothing"),
        CASE("\x80\2]K\1b.", "a value that takes nothing"),
        CASE("\x80\2K\1.", "no dictionary of tensors"),
        CASE("\x80\2}.", "a dictionary without tensors"),
        CASE("\x80\2}X\1\0\0\0aK\1s.", "a dictionary without tensors"),
        CASE("\x80\2K\1Q.", "describes no storage"),
        CASE("\x80\2)Q.", "describes no storage"),
        CASE("\x80\2ctorch._utils\n_rebuild_tensor_v2\n)R.", "a tensor without a storage"),
        CASE("\x80\2ctorch._utils\n_rebuild_parameter\n)R.", "a parameter without a tensor"),
        CASE("\x80\2\x8a\x09" "123456789.", "a number that is too large"),
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refused(container(cases[i].pickle, cases[i].len), cases[i].reason);
}

/* One opcode many times over. */
static void repeated(const char *head, const char *unit, size_t unit_len, size_t times,
                     const char *reason)
{
    struct img_buf pickle = {0};
    img_buf_puts(&pickle, head);
    for (size_t i = 0; i < times; i++)
        img_buf_put(&pickle, unit, unit_len);
    refused(container(pickle.data, pickle.len), reason);
    img_buf_clear(&pickle);
}

static void bombs_are_refused(void **state)
{
    (void)state;
    repeated("\x80\2)", "\x85", 1, 100, "nested too deep");
    repeated("\x80\2", "(", 1, 5000, "too many marks");
    repeated("\x80\2", "}", 1, 100000, "a stack that is too high");
    repeated("\x80\2", "}0", 2, 5000000, "more than 4194304 values");
    repeated("\x80\4}", "\x94", 1, 3000000, "a memo that is too large");
    repeated("\x80\2)q\1", "h\1h\1h\1h\1(h\1h\1h\1h\1t\x85q\1", 21, 100, "nested too deep");
    repeated("\x80\2", "}", 1, (64 << 20) + 1, "more than 67108864");
}

static void containers_of_every_kind_are_read(void **state)
{
    (void)state;
    struct img_buf pickle = {0};
    const struct pickled t = {"FloatStorage", "0", 6, 0, {6, END}, {1, END}};
    img_buf_puts(&pickle, "\x80\x02}");
    put_text(&pickle, "w");
    put_tensor(&pickle, &t);
    img_buf_puts(&pickle, "s.");
    for (unsigned kind = 0; kind < 3; kind++) {
        struct zipped zip = {.zip64 = kind == 1, .flags = kind == 2 ? 8 : 0};
        zipped_add(&zip, "archive/data.pkl", pickle.data, pickle.len);
        zipped_add(&zip, "archive/byteorder", "little", 6);
        zipped_add(&zip, "archive/data/0", stored, sizeof stored);
        zipped_end(&zip);
        const char *path = scratch_write("kind.bin", zip.bytes.data, zip.bytes.len);
        check_values(path, "w", stored, 6);
        for (size_t cut = 1; cut < zip.bytes.len; cut += 7) /* none of these may be let in */
            refused(scratch_write("cut.bin", zip.bytes.data, zip.bytes.len - cut), "");
        zipped_clear(&zip);
    }
    img_buf_clear(&pickle);
}

static void false_containers_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second, *reason;
        uint16_t method, flags;
    } cases[] = {
        {"m/data.pkl", "m/data/0", "compressed members are not read", 8, 0},
        {"m/data.pkl", "m/data/0", "encrypted members are not read", 0, 1},
        {"m/data.pkl", "m/data.pkl", "two members have the same name", 0, 0},
        {"m/other.pkl", "m/data/0", "without data.pkl", 0, 0},
        {"m/x/data.pkl", "m/data/0", "without data.pkl", 0, 0},
        {"m/data.pkl", "m/byteorder", "big-endian", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zipped zip = {.method = cases[i].method, .flags = cases[i].flags};
        zipped_add(&zip, cases[i].first, "big", 3);
        zipped_add(&zip, cases[i].second, "big", 3);
        zipped_end(&zip);
        refused(scratch_write("m.bin", zip.bytes.data, zip.bytes.len), cases[i].reason);
        zipped_clear(&zip);
    }
}

/* Every byte of directory and end record, set to each of a few values, is refused or harmless. */
static void damaged_directories_do_no_harm(void **state)
{
    (void)state;
    struct img_buf pickle = {0};
    const struct pickled t = {"FloatStorage", "0", 6, 0, {6, END}, {1, END}};
    img_buf_puts(&pickle, "\x80\x02}");
    put_text(&pickle, "w");
    put_tensor(&pickle, &t);
    img_buf_puts(&pickle, "s.");
    struct zipped zip = {.zip64 = true};
    zipped_add(&zip, "m/data.pkl", pickle.data, pickle.len);
    zipped_add(&zip, "m/data/0", stored, sizeof stored);
    zipped_end(&zip);
    for (size_t i = 0; i < zip.bytes.len; i++) {
        static const char values[] = {0, 1, 0x7f, (char)0xff};
        char before = zip.bytes.data[i];
        for (size_t v = 0; v < sizeof values; v++) {
            zip.bytes.data[i] = values[v];
            const char *path = scratch_write("m.bin", zip.bytes.data, zip.bytes.len);
            struct img_weights *weights;
            struct img_err err = {0};
            if (img_weights_open(&weights, &path, 1, &err))
                img_weights_close(weights);
            else
                assert_int_equal(err.code, IMG_ERR_MODEL_INVALID);
        }
        zip.bytes.data[i] = before;
    }
    zipped_clear(&zip);
    img_buf_clear(&pickle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_come_out),
        cmocka_unit_test(state_dictionaries_come_out),
        cmocka_unit_test(false_tensors_are_refused),
        cmocka_unit_test(strange_pickles_are_refused),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(containers_of_every_kind_are_read),
        cmocka_unit_test(false_containers_are_refused),
        cmocka_unit_test(damaged_directories_do_no_harm),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
