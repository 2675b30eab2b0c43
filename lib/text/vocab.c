/* The vocabulary as a hash by text, and its merges as a list of ids. */
#include "text/vocab.h"

#include <string.h>

#include "base/hash.h"

enum { TOKEN_LEN_MAX = 4096 };

bool img_vocab_init(struct img_vocab *vocab, uint32_t vocab_size, struct img_err *err)
{
    *vocab = (struct img_vocab){.vocab_size = vocab_size};
    if (vocab_size < 4 || vocab_size > IMG_TABLE_IDS_MAX)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "vocab_size is %u", vocab_size);
    vocab->cell_count = 16;
    while (vocab->cell_count < 2 * vocab_size)
        vocab->cell_count *= 2;
    vocab->cells = img_arena_array(&vocab->arena, vocab->cell_count, sizeof *vocab->cells, err);
    vocab->taken = img_arena_array(&vocab->arena, vocab_size, 1, err);
    vocab->rules = img_arena_array(&vocab->arena, vocab_size, sizeof *vocab->rules, err);
    if (vocab->cells == NULL || vocab->taken == NULL || vocab->rules == NULL) {
        img_vocab_clear(vocab);
        return false;
    }
    return true;
}

void img_vocab_clear(struct img_vocab *vocab)
{
    img_arena_clear(&vocab->arena);
    *vocab = (struct img_vocab){0};
}

/* The cell that has the text, or the free one where it would go. */
static struct img_vocab_entry *cell_of(const struct img_vocab *vocab, const char *text, size_t len)
{
    size_t mask = vocab->cell_count - 1;
    size_t at = (size_t)img_hash64(text, len) & mask;
    while (vocab->cells[at].text != NULL &&
           (vocab->cells[at].len != len || memcmp(vocab->cells[at].text, text, len) != 0))
        at = (at + 1) & mask;
    return &vocab->cells[at];
}

static int shown(size_t len)
{
    return len > 40 ? 40 : (int)len;
}

bool img_vocab_put(struct img_vocab *vocab, const char *text, size_t len, int64_t id,
                   struct img_err *err)
{
    if (id < 0 || id >= vocab->vocab_size)
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "token '%.*s' has id %lld, but vocab_size is %u", shown(len), text,
                           (long long)id, vocab->vocab_size);
    if (len > TOKEN_LEN_MAX)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "a token of %zu bytes", len);
    if (vocab->taken[id])
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "id %lld is given twice", (long long)id);
    struct img_vocab_entry *cell = cell_of(vocab, text, len);
    if (cell->text != NULL)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "token '%.*s' is there twice", shown(len),
                           text);
    cell->text = img_arena_copy(&vocab->arena, text, len, err);
    if (cell->text == NULL)
        return false;
    cell->len = (uint32_t)len;
    cell->id = (uint32_t)id;
    vocab->taken[id] = 1;
    vocab->count++;
    return true;
}

uint32_t img_vocab_find(const struct img_vocab *vocab, const char *text, size_t len)
{
    const struct img_vocab_entry *cell = cell_of(vocab, text, len);
    return cell->text == NULL ? IMG_TABLE_NONE : cell->id;
}

bool img_vocab_merge(struct img_vocab *vocab, const char *left, size_t left_len, const char *right,
                     size_t right_len, struct img_err *err)
{
    char both[2 * TOKEN_LEN_MAX];
    struct img_rule rule = {IMG_TABLE_NONE, IMG_TABLE_NONE, IMG_TABLE_NONE};
    if (left_len > 0 && right_len > 0 && left_len <= TOKEN_LEN_MAX && right_len <= TOKEN_LEN_MAX) {
        memcpy(both, left, left_len);
        memcpy(both + left_len, right, right_len);
        rule.left = img_vocab_find(vocab, left, left_len);
        rule.right = img_vocab_find(vocab, right, right_len);
        rule.result = img_vocab_find(vocab, both, left_len + right_len);
    }
    if (rule.left == IMG_TABLE_NONE || rule.right == IMG_TABLE_NONE ||
        rule.result == IMG_TABLE_NONE)
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "merge %u ('%.*s' and '%.*s') is of tokens that are not in the "
                           "vocabulary",
                           vocab->rule_count + 1, shown(left_len), left, shown(right_len), right);
    if (vocab->rule_count >= vocab->vocab_size)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "more merges than tokens (%u)",
                           vocab->vocab_size);
    vocab->rules[vocab->rule_count++] = rule;
    return true;
}

bool img_vocab_add(struct img_vocab *vocab, const char *text, size_t len, int64_t id,
                   bool normalized, struct img_err *err)
{
    if (len == 0 || len > IMG_TABLE_ADDED_LEN_MAX)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "an added token of %zu bytes", len);
    for (size_t i = 0; i < vocab->added_count; i++)
        if (vocab->added[i].len == len && memcmp(vocab->added[i].text, text, len) == 0)
            return true;
    if (vocab->added_count == IMG_TABLE_ADDED_MAX)
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED, "more than %d added tokens",
                           IMG_TABLE_ADDED_MAX);
    if (img_vocab_find(vocab, text, len) == IMG_TABLE_NONE &&
        !img_vocab_put(vocab, text, len, id, err))
        return false;
    const struct img_vocab_entry *cell = cell_of(vocab, text, len);
    vocab->added[vocab->added_count++] =
        (struct img_vocab_added){cell->text, len, cell->id, normalized};
    return true;
}
