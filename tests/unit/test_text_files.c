/* Tokenizer files and tables that are broken or hostile: named errors, never a wild read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/scratch.h"
#include "text/tokenizer.h"

/* Eight tokens and two merges, in the parts that the cases put together. */
#define VOCAB                                                                                      \
    "\"vocab\":{\"a\":0,\"b\":1,\"a</w>\":2,\"b</w>\":3,\"ab\":4,\"ab</w>\":5,"                    \
    "\"<|startoftext|>\":6,\"<|endoftext|>\":7}"
#define MERGES "\"merges\":[[\"a\",\"b\"],[\"a\",\"b</w>\"]]"
#define MODEL(parts) "{\"model\":{\"type\":\"BPE\"," parts "}}"
#define TOKENS(tokens) MODEL("\"vocab\":{" tokens "}," MERGES)

static bool build(struct img_buf *table, const char *folder, const char *merges, uint32_t size,
                  struct img_err *err)
{
    struct img_tokenizer_source source = {IMG_TOKENIZER_HF, folder, merges, size};
    *table = (struct img_buf){0};
    bool ok = img_tokenizer_build(&source, table, err);
    if (!ok)
        img_buf_clear(table);
    return ok;
}

/* Ids of text by a table; count of them. */
static size_t encode(const struct img_buf *table, const char *text, int32_t ids[8])
{
    struct img_tokenizer tokenizer;
    struct img_err err = {0};
    size_t count = 0;
    if (!img_tokenizer_attach(&tokenizer, table->data, table->len, &err) ||
        !img_tokenizer_encode(&tokenizer, text, strlen(text), ids, 8, &count, &err))
        fail_msg("%s", err.text);
    return count;
}

static void good_files_in_any_order(void **state)
{
    (void)state;
    static const char *const files[] = {
        MODEL(VOCAB "," MERGES),
        MODEL(MERGES "," VOCAB),
        MODEL("\"merges\":[\"a b\",\"a b</w>\"]," VOCAB),
        "{\"added_tokens\":[{\"id\":7,\"content\":\"<|endoftext|>\"}],\"x\":[{}],\"model\":{" VOCAB
        "," MERGES "}}",
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct img_buf table;
        struct img_err err = {0};
        int32_t ids[8];
        const char *folder = scratch_open();
        scratch_write("tokenizer.json", files[i], strlen(files[i]));
        /* another vocab.json beside it is not looked at, as in transformers */
        scratch_write("vocab.json", "{}", 2);
        if (!build(&table, folder, NULL, 8, &err))
            fail_msg("%s", err.text);
        assert_int_equal(encode(&table, "ABab<|endoftext|>b c", ids), 7);
        static const int32_t wanted[] = {6, 4, 5, 7, 3, 7, 7};
        assert_memory_equal(ids, wanted, sizeof wanted);
        img_buf_clear(&table);
        scratch_close();
    }
}

static void vocab_and_merges(void **state)
{
    (void)state;
    static const char vocab[] = "{\"a\":0,\"b\":1,\"a</w>\":2,\"b</w>\":3,\"ab</w>\":4,"
                                "\"<|startoftext|>\":5,\"<|endoftext|>\":6}";
    struct img_buf table;
    struct img_err err = {0};
    int32_t ids[8];
    const char *folder = scratch_open();
    scratch_write("vocab.json", vocab, sizeof vocab - 1);
    assert_false(build(&table, folder, NULL, 7, &err));
    assert_non_null(strstr(err.text, "merges.txt: not found"));
    scratch_write("merges.txt", "#version: 0.2\na b</w>\n", 22);
    assert_true(build(&table, folder, NULL, 7, &err));
    assert_int_equal(encode(&table, "ab", ids), 3);
    assert_int_equal(ids[1], 4);
    img_buf_clear(&table);
    scratch_close();
}

static void merges_alone_must_fit_the_model(void **state)
{
    (void)state;
    struct img_buf table;
    struct img_err err = {0};
    int32_t ids[8];
    const char *folder = scratch_open();
    assert_false(build(&table, folder, NULL, 516, &err));
    assert_int_equal(err.code, IMG_ERR_MODEL_INVALID);
    const char *merges = scratch_write("clip.txt", "#version: 0.2\ni n\nin g</w>\n", 27);
    assert_true(build(&table, folder, merges, 516, &err));
    assert_int_equal(encode(&table, "ing", ids), 3);
    assert_int_equal(ids[1], 513);
    img_buf_clear(&table);
    assert_false(build(&table, folder, merges, 1000, &err));
    assert_int_equal(err.code, IMG_ERR_MODEL_INVALID);
    assert_non_null(strstr(err.text, "a vocabulary of 516 tokens, but the model's vocab_size is "
                                     "1000"));
    scratch_close();
}

static void broken_files_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *json, *reason;
    } cases[] = {
        {"", "ends too early"},
        {"no", "no JSON value"},
        {"[]", "wrong type"},
        {"{\"model\":{\"vocab\":{\"a\":0", "ends too early"},
        {"{}", "has no model.vocab"},
        {MODEL(VOCAB), "has no model.merges"},
        {MODEL(VOCAB "," VOCAB), "twice"},
        {"{\"model\":{\"type\":\"WordPiece\"," VOCAB "," MERGES "}}", "model.type"},
        {TOKENS("\"a\":-1"), "id -1"},
        {TOKENS("\"a\":8"), "id 8, but vocab_size is 8"},
        {TOKENS("\"a\":10000000000"), "id 10000000000"},
        {TOKENS("\"a\":1e3"), "no integer id"},
        {TOKENS("\"a\":\"0\""), "no integer id"},
        {TOKENS("\"a\":0,\"b\":0"), "id 0 is given twice"},
        {TOKENS("\"a\":0,\"a\":1"), "token 'a' is there twice"},
        {TOKENS("\"a\":0,\"b\":1"), "merge 1 ('a' and 'b')"},
        {MODEL(VOCAB ",\"merges\":[\"ab\"]"), "merge 1 is not two tokens"},
        {MODEL(VOCAB ",\"merges\":[[\"a\"]]"), "wrong type"},
        {MODEL(VOCAB ",\"merges\":[[\"a\",\"b\",\"a\"]]"), "wrong type"},
        {MODEL(VOCAB ",\"merges\":[7]"), "no pair"},
        {MODEL("\"vocab\":{\"a\":0},\"merges\":[]"), "has no <|startoftext|>"},
        {"{\"added_tokens\":[{\"id\":9,\"content\":\"<x>\"}],\"model\":{" VOCAB "," MERGES "}}",
         "id 9"},
        {"{\"added_tokens\":[{\"id\":5,\"content\":\"<x>\"}],\"model\":{" VOCAB "," MERGES "}}",
         "id 5 is given twice"},
        {MODEL(VOCAB "," MERGES) "x", "behind"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct img_buf table;
        struct img_err err = {0};
        const char *folder = scratch_open();
        scratch_write("tokenizer.json", cases[i].json, strlen(cases[i].json));
        if (build(&table, folder, NULL, 8, &err))
            fail_msg("let in: %s", cases[i].json);
        assert_true(err.code == IMG_ERR_MODEL_INVALID || err.code == IMG_ERR_MODEL_UNSUPPORTED);
        if (strstr(err.text, "tokenizer.json") == NULL || strstr(err.text, cases[i].reason) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].reason);
        scratch_close();
    }
}

static void absurd_sizes_cost_nothing(void **state)
{
    (void)state;
    struct img_buf table;
    struct img_err err = {0};
    const char *folder = scratch_open();
    scratch_write("tokenizer.json", "{}", 2);
    assert_false(build(&table, folder, NULL, UINT32_MAX, &err));
    assert_int_equal(err.code, IMG_ERR_MODEL_INVALID);
    assert_false(build(&table, folder, NULL, 0, &err));
    assert_int_equal(err.code, IMG_ERR_MODEL_INVALID);
    scratch_close();
}

/* Every byte of a table turned over, and every length: an error or some tokens, nothing worse. */
static void damaged_tables(void **state)
{
    (void)state;
    static const char text[] = "ab b a ab c <|endoftext|> \xC3\x84";
    struct img_buf table;
    struct img_tokenizer tokenizer;
    struct img_err err = {0};
    int32_t ids[8];
    size_t count = 0;
    const char *folder = scratch_open();
    scratch_write("tokenizer.json", MODEL(VOCAB "," MERGES), strlen(MODEL(VOCAB "," MERGES)));
    assert_true(build(&table, folder, NULL, 8, &err));
    scratch_close();
    for (size_t i = 0; i < table.len; i++) {
        for (unsigned flip = 1; flip < 256; flip = flip * 2 + 1) {
            table.data[i] = (char)(table.data[i] ^ (char)flip);
            if (img_tokenizer_attach(&tokenizer, table.data, table.len, &err) &&
                img_tokenizer_encode(&tokenizer, text, sizeof text - 1, ids, 8, &count, &err))
                assert_in_range(count, 2, 8);
            table.data[i] = (char)(table.data[i] ^ (char)flip);
        }
    }
    for (size_t len = 0; len < table.len; len++) {
        char *part = malloc(len + 1);
        assert_non_null(part);
        memcpy(part, table.data, len);
        assert_false(img_tokenizer_attach(&tokenizer, part, len, &err));
        assert_int_equal(err.code, IMG_ERR_MODEL_INVALID);
        free(part);
    }
    img_buf_clear(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_files_in_any_order),
        cmocka_unit_test(vocab_and_merges),
        cmocka_unit_test(merges_alone_must_fit_the_model),
        cmocka_unit_test(broken_files_are_named),
        cmocka_unit_test(absurd_sizes_cost_nothing),
        cmocka_unit_test(damaged_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
