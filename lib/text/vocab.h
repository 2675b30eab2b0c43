/* A vocabulary while a table is being built: texts and their ids. */
#ifndef IMG_TEXT_VOCAB_H
#define IMG_TEXT_VOCAB_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "text/table.h"
#include "text/tokenizer.h"

struct img_vocab_entry {
    const char *text;
    uint32_t len;
    uint32_t id;
};

struct img_rule {
    uint32_t left, right, result;
};

struct img_vocab_added {
    const char *text;
    size_t len;
    uint32_t id;
    bool normalized;
};

/* vocab_size is the ceiling of everything here. All memory is the arena's. */
struct img_vocab {
    uint32_t vocab_size;
    struct img_arena arena;
    struct img_vocab_entry *cells;
    uint32_t cell_count; /* a power of two, at least twice vocab_size */
    uint32_t count;
    unsigned char *taken; /* by id */
    struct img_rule *rules;
    uint32_t rule_count;
    struct img_vocab_added added[IMG_TABLE_ADDED_MAX];
    size_t added_count;
};

/* Fails with OUT_OF_MEMORY, or MODEL_INVALID when vocab_size is absurd. */
IMG_CHECKED bool img_vocab_init(struct img_vocab *vocab, uint32_t vocab_size, struct img_err *err);
void img_vocab_clear(struct img_vocab *vocab);

/* Adds a token; text is copied. MODEL_INVALID: the id does not fit or is taken, or the text is. */
IMG_CHECKED bool img_vocab_put(struct img_vocab *vocab, const char *text, size_t len, int64_t id,
                               struct img_err *err);

/* The id, or IMG_TABLE_NONE. */
uint32_t img_vocab_find(const struct img_vocab *vocab, const char *text, size_t len);

/* Adds the merge of two tokens, which comes behind all merges before. MODEL_INVALID: one of them or
 * what they make is not in the vocabulary. */
IMG_CHECKED bool img_vocab_merge(struct img_vocab *vocab, const char *left, size_t left_len,
                                 const char *right, size_t right_len, struct img_err *err);

/* Adds a token that is looked for in the text itself. One that the vocabulary has goes by the
 * vocabulary's id, as in the tokenizers library. */
IMG_CHECKED bool img_vocab_add(struct img_vocab *vocab, const char *text, size_t len, int64_t id,
                               bool normalized, struct img_err *err);

/* Appends the table made of all that to out. MODEL_INVALID: start or end token are missing. */
IMG_CHECKED bool img_vocab_pack(struct img_vocab *vocab, enum img_tokenizer_family family,
                                struct img_buf *out, struct img_err *err);

#endif
