/* The tokenizer: ids of both families against the references' own, broken files, broken tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/place.h"
#include "json/pull.h"
#include "support/npy.h"
#include "text/tokenizer.h"

enum { CLIP_VOCAB = 49408, DEMO_VOCAB = 994, MOST = 77 };

/* A table and its tokenizer. */
struct built {
    struct img_buf table;
    struct img_tokenizer tokenizer;
};

static bool build(struct built *built, enum img_tokenizer_family family, const char *folder,
                  const char *merges, uint32_t vocab_size, struct img_err *err)
{
    struct img_tokenizer_source source = {family, folder, merges, vocab_size};
    *built = (struct built){.table = {0}};
    return img_tokenizer_build(&source, &built->table, err) &&
           img_tokenizer_attach(&built->tokenizer, built->table.data, built->table.len, err);
}

static void must_build(struct built *built, enum img_tokenizer_family family, const char *folder,
                       const char *merges, uint32_t vocab_size)
{
    struct img_err err = {0};
    if (!build(built, family, folder, merges, vocab_size, &err))
        fail_msg("%s", err.text);
}

/* From CLIP's merges, as they are installed. */
static void build_clip(struct built *built, enum img_tokenizer_family family)
{
    char merges[PATH_MAX];
    struct img_err err = {0};
    if (!img_place_data("clip/merges.txt", merges, &err))
        fail_msg("%s", err.text);
    must_build(built, family, "tests/data/text/empty", merges, CLIP_VOCAB);
}

static void read_text(struct img_pull *pull, struct img_buf *text)
{
    struct img_pull_event event;
    struct img_err err = {0};
    assert_true(img_pull_next(pull, &event, &err));
    assert_int_equal(event.kind, IMG_PULL_STRING);
    img_buf_reset(text);
    img_buf_put(text, event.text, event.len);
}

static size_t read_ids(struct img_pull *pull, int32_t ids[MOST])
{
    struct img_pull_event event;
    struct img_err err = {0};
    size_t count = 0;
    assert_true(img_pull_next(pull, &event, &err));
    assert_int_equal(event.kind, IMG_PULL_ARRAY);
    while (img_pull_next(pull, &event, &err) && event.kind == IMG_PULL_NUMBER) {
        int64_t id = 0;
        assert_true(count < MOST && img_pull_integer(&event, &id));
        ids[count++] = (int32_t)id;
    }
    return count;
}

/* One record: "text", then the family's ids under its name, in any order behind it. */
static bool check_record(const char *line, size_t len, const char *column,
                         const struct img_tokenizer *tokenizer)
{
    struct img_buf scratch = {0}, text = {0};
    struct img_pull pull;
    struct img_pull_event event;
    struct img_err err = {0};
    int32_t wanted[MOST], ids[MOST];
    size_t wanted_count = 0, count = 0;
    img_pull_init(&pull, line, len, &scratch);
    while (img_pull_next(&pull, &event, &err) && event.kind != IMG_PULL_OBJECT_END) {
        if (event.kind != IMG_PULL_KEY)
            continue;
        if (img_pull_is(&event, "text"))
            read_text(&pull, &text);
        else if (img_pull_is(&event, column))
            wanted_count = read_ids(&pull, wanted);
    }
    bool ok = img_tokenizer_encode(tokenizer, text.len > 0 ? text.data : "", text.len, ids, MOST,
                                   &count, &err) &&
              count == wanted_count && memcmp(ids, wanted, count * sizeof *ids) == 0;
    if (!ok)
        print_message("%s: %.*s\n", column, (int)len, line);
    img_buf_clear(&scratch);
    img_buf_clear(&text);
    return ok;
}

/* All records of a file. Returns how many there are. */
static size_t check_file(const char *path, const char *column,
                         const struct img_tokenizer *tokenizer)
{
    struct img_buf file = {0};
    struct img_err err = {0};
    size_t records = 0, wrong = 0;
    if (!img_file_read(path, 16 << 20, &file, &err))
        fail_msg("%s: %s", path, err.text);
    for (char *line = file.data, *newline; (newline = strchr(line, '\n')) != NULL;
         line = newline + 1) {
        records++;
        wrong += !check_record(line, (size_t)(newline - line), column, tokenizer);
    }
    img_buf_clear(&file);
    assert_int_equal(wrong, 0);
    return records;
}

static const char *column_of(enum img_tokenizer_family family)
{
    return family == IMG_TOKENIZER_HF ? "hf" : "open_clip";
}

static void ids_are_the_references(void **state)
{
    (void)state;
    for (enum img_tokenizer_family family = IMG_TOKENIZER_HF; family <= IMG_TOKENIZER_OPEN_CLIP;
         family++) {
        struct built clip;
        build_clip(&clip, family);
        assert_int_equal(img_tokenizer_family(&clip.tokenizer), family);
        assert_true(check_file("tests/data/text/tokens.jsonl", column_of(family),
                               &clip.tokenizer) > 100);
        img_buf_clear(&clip.table);
    }
}

static void golden_ids(void **state)
{
    (void)state;
    if (shared_folder() == NULL) {
        print_message("skipped: ../shared is not here\n");
        skip();
    }
    for (enum img_tokenizer_family family = IMG_TOKENIZER_HF; family <= IMG_TOKENIZER_OPEN_CLIP;
         family++) {
        struct built clip;
        must_build(&clip, family, shared_path("golden/clip-tokenizer"), NULL, CLIP_VOCAB);
        assert_int_equal(
            check_file(shared_path("golden/tokens.jsonl"), column_of(family), &clip.tokenizer),
            120);
        img_buf_clear(&clip.table);
    }
}

/* The demo model's own small vocabulary, from both kinds of files. */
static void demo_ids(void **state)
{
    (void)state;
    char captions[PATH_MAX], ids_path[PATH_MAX], folder[PATH_MAX];
    struct img_err err = {0};
    if (!img_place_data("demo/captions.json", captions, &err) ||
        !img_place_data("demo/text_ids.npy", ids_path, &err))
        fail_msg("%s", err.text);
    memcpy(folder, captions, sizeof folder);
    *strrchr(folder, '/') = '\0';
    struct npy wanted;
    assert_true(npy_open(&wanted, ids_path));
    assert_true(strcmp(wanted.type, "i4") == 0 && wanted.dims == 2);
    struct built demo;
    must_build(&demo, IMG_TOKENIZER_HF, folder, NULL, DEMO_VOCAB);
    struct img_buf file = {0}, scratch = {0};
    assert_true(img_file_read(captions, 1 << 20, &file, &err));
    struct img_pull pull;
    struct img_pull_event event;
    img_pull_init(&pull, file.data, file.len, &scratch);
    const int32_t *row = wanted.data;
    size_t rows = 0, width = wanted.shape[1];
    while (img_pull_next(&pull, &event, &err) && event.kind != IMG_PULL_END) {
        if (event.kind != IMG_PULL_STRING)
            continue;
        int32_t ids[64];
        size_t count = 0;
        assert_true(width <= 64 && rows < wanted.shape[0]);
        assert_true(img_tokenizer_encode(&demo.tokenizer, event.text, event.len, ids, width,
                                         &count, &err));
        for (size_t i = 0; i < width; i++)
            assert_int_equal(i < count ? ids[i] : DEMO_VOCAB - 1, row[rows * width + i]);
        rows++;
    }
    assert_int_equal(rows, wanted.shape[0]);
    img_buf_clear(&file);
    img_buf_clear(&scratch);
    img_buf_clear(&demo.table);
    npy_close(&wanted);
}

static void texts_have_limits(void **state)
{
    (void)state;
    struct built clip;
    struct img_err err = {0};
    int32_t ids[MOST];
    size_t count = 0;
    build_clip(&clip, IMG_TOKENIZER_HF);
    char *big = malloc(IMG_TEXT_MAX + 1);
    assert_non_null(big);
    memset(big, 'e', IMG_TEXT_MAX + 1);
    assert_false(
        img_tokenizer_encode(&clip.tokenizer, big, IMG_TEXT_MAX + 1, ids, MOST, &count, &err));
    assert_int_equal(err.code, IMG_ERR_BAD_TEXT);
    assert_true(img_tokenizer_encode(&clip.tokenizer, big, IMG_TEXT_MAX / 8, ids, MOST, &count,
                                     &err));
    assert_int_equal(count, MOST);
    assert_int_equal(ids[MOST - 1], CLIP_VOCAB - 1);
    free(big);
    assert_false(img_tokenizer_encode(&clip.tokenizer, "ab\xC0", 3, ids, MOST, &count, &err));
    assert_int_equal(err.code, IMG_ERR_BAD_TEXT);
    assert_string_equal(err.text, "invalid UTF-8 at byte 2");
    assert_true(img_tokenizer_encode(&clip.tokenizer, "a b c", 5, ids, 2, &count, &err));
    assert_int_equal(count, 2);
    assert_int_equal(ids[0], CLIP_VOCAB - 2);
    assert_int_equal(ids[1], CLIP_VOCAB - 1);
    assert_true(img_tokenizer_encode(&clip.tokenizer, "a b c", 5, ids, 4, &count, &err));
    assert_int_equal(count, 4);
    assert_int_equal(ids[3], CLIP_VOCAB - 1);
    img_buf_clear(&clip.table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_the_references),
        cmocka_unit_test(golden_ids),
        cmocka_unit_test(demo_ids),
        cmocka_unit_test(texts_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
