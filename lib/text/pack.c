/* From a vocabulary to a table. */
#include <string.h>

#include "base/size.h"
#include "base/utf8.h"
#include "text/chars.h"
#include "text/read.h"
#include "text/vocab.h"

static uint32_t find(const struct img_vocab *vocab, const char *name)
{
    return img_vocab_find(vocab, name, strlen(name));
}

/* Start and end token, and what stands for a byte without a token (transformers' unk_token). */
static bool find_special(struct img_vocab *vocab, struct img_table *table, struct img_err *err)
{
    table->start = find(vocab, IMG_TOKEN_START);
    table->end = find(vocab, IMG_TOKEN_END);
    if (table->start == IMG_TABLE_NONE)
        table->start = find(vocab, IMG_TOKEN_START_OPEN_CLIP);
    if (table->end == IMG_TABLE_NONE)
        table->end = find(vocab, IMG_TOKEN_END_OPEN_CLIP);
    if (table->start == IMG_TABLE_NONE || table->end == IMG_TABLE_NONE)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "the vocabulary has no %s",
                           table->start == IMG_TABLE_NONE ? IMG_TOKEN_START : IMG_TOKEN_END);
    table->unknown = table->end;
    /* transformers looks for both in the text, whether the file lists them or not */
    if (table->family == IMG_TOKENIZER_OPEN_CLIP)
        return true;
    return img_vocab_add(vocab, IMG_TOKEN_START, strlen(IMG_TOKEN_START), table->start, false,
                         err) &&
           img_vocab_add(vocab, IMG_TOKEN_END, strlen(IMG_TOKEN_END), table->end, false, err);
}

static uint32_t id_of_symbol(const struct img_vocab *vocab, const struct img_table *table,
                             const char *symbol)
{
    uint32_t id = find(vocab, symbol);
    return id == IMG_TABLE_NONE ? table->unknown : id;
}

static bool find_symbols(const struct img_vocab *vocab, struct img_table *table,
                         struct img_err *err)
{
    struct img_buf symbol = {0};
    bool ok = true;
    for (unsigned byte = 0; ok && byte < 256; byte++) {
        img_buf_reset(&symbol);
        img_utf8_put(&symbol, img_byte_symbol((unsigned char)byte));
        ok = img_buf_ok(&symbol, err);
        if (ok)
            table->inner[byte] = id_of_symbol(vocab, table, symbol.data);
        img_buf_puts(&symbol, IMG_WORD_MARK);
        ok = ok && img_buf_ok(&symbol, err);
        if (ok)
            table->last[byte] = id_of_symbol(vocab, table, symbol.data);
    }
    img_buf_clear(&symbol);
    return ok;
}

/* Texts of the added tokens; the normalized ones as they look in a normalized text. */
static bool put_added(const struct img_vocab *vocab, struct img_table *table, size_t at,
                      struct img_buf *texts, struct img_err *err)
{
    struct img_buf composed = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < vocab->added_count; i++) {
        const struct img_vocab_added *added = &vocab->added[i];
        size_t begin = texts->len;
        if (added->normalized) {
            img_buf_reset(&composed);
            ok = img_text_compose(added->text, added->len, true, &composed, err) &&
                 img_buf_ok(&composed, err);
            if (ok)
                img_text_lower(composed.data, composed.len, texts);
        } else {
            img_buf_put(texts, added->text, added->len);
        }
        ok = ok && img_buf_ok(texts, err);
        if (ok && texts->len - begin > IMG_TABLE_ADDED_LEN_MAX)
            ok = img_err_set(err, IMG_ERR_MODEL_INVALID, "an added token of %zu bytes",
                             texts->len - begin);
        table->added[i] =
            (struct img_added){added->id, (uint32_t)(at + begin), (uint32_t)(texts->len - begin),
                               added->normalized};
    }
    table->added_count = (uint32_t)vocab->added_count;
    img_buf_clear(&composed);
    return ok;
}

/* Later merges of the same pair take the place of earlier ones, as in both references. */
static void put_merges(const struct img_vocab *vocab, struct img_table *table,
                       struct img_merge *merges)
{
    memset(merges, 0xFF, table->cells * sizeof *merges);
    for (uint32_t rank = 0; rank < vocab->rule_count; rank++) {
        const struct img_rule *rule = &vocab->rules[rank];
        uint32_t cell = img_table_cell(rule->left, rule->right, table->cells);
        uint32_t step = 0;
        struct img_merge *merge = &merges[cell];
        while (merge->left != IMG_TABLE_NONE &&
               (merge->left != rule->left || merge->right != rule->right))
            merge = &merges[(cell + ++step) & (table->cells - 1)];
        *merge = (struct img_merge){rule->left, rule->right, rank, rule->result};
        if (step > table->longest_run)
            table->longest_run = step;
    }
}

static bool put_table(struct img_vocab *vocab, struct img_table *table, struct img_buf *out,
                      struct img_err *err)
{
    table->cells = 16;
    while (table->cells < vocab->rule_count + vocab->rule_count / 4)
        table->cells *= 2;
    size_t merges_size = table->cells * sizeof(struct img_merge);
    struct img_merge *merges = img_arena_alloc(&vocab->arena, merges_size, err);
    if (merges == NULL)
        return false;
    put_merges(vocab, table, merges);
    struct img_buf texts = {0};
    table->merges_at = (uint32_t)img_size_align(sizeof *table, 64);
    bool ok = put_added(vocab, table, table->merges_at + merges_size, &texts, err);
    static const char padding[64];
    table->magic = IMG_TABLE_MAGIC;
    table->size = table->merges_at + merges_size + texts.len;
    if (ok) {
        img_buf_put(out, table, sizeof *table);
        img_buf_put(out, padding, table->merges_at - sizeof *table);
        img_buf_put(out, merges, merges_size);
        img_buf_put(out, texts.data, texts.len);
        ok = img_buf_ok(out, err);
    }
    img_buf_clear(&texts);
    return ok;
}

bool img_vocab_pack(struct img_vocab *vocab, enum img_tokenizer_family family, struct img_buf *out,
                    struct img_err *err)
{
    struct img_table *table = img_arena_alloc(&vocab->arena, sizeof *table, err);
    if (table == NULL)
        return false;
    table->family = family;
    table->vocab_size = vocab->vocab_size;
    return find_special(vocab, table, err) && find_symbols(vocab, table, err) &&
           put_table(vocab, table, out, err);
}
