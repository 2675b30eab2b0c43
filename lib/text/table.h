/* The tokenizer's table: one flat block, used where it lies.
 *
 * struct img_table, then the merges (an open-addressed hash of pairs, a power of two of cells),
 * then the added tokens' texts. Numbers are in this machine's byte order, which the magic tells. A
 * token is its id: texts of ordinary tokens are not needed for encoding and not kept. */
#ifndef IMG_TEXT_TABLE_H
#define IMG_TEXT_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define IMG_TABLE_MAGIC UINT64_C(0x31306b6f74676d69)

enum {
    IMG_TABLE_ADDED_MAX = 64,      /* added tokens */
    IMG_TABLE_ADDED_LEN_MAX = 256, /* bytes of one's text */
    IMG_TABLE_IDS_MAX = 1 << 20,   /* ids, and so merges */
};

#define IMG_TABLE_NONE UINT32_MAX

/* left and right side by side become result; lower ranks go first. left NONE: a free cell. */
struct img_merge {
    uint32_t left, right, rank, result;
};

/* A token looked for in the text before everything else, or (normalized) once it is lower case. */
struct img_added {
    uint32_t id;
    uint32_t at; /* of its text, from the table's beginning */
    uint32_t len;
    uint32_t normalized;
};

struct img_table {
    uint64_t magic;
    uint64_t size; /* of the whole block */
    uint32_t family;
    uint32_t vocab_size;
    uint32_t start, end;
    uint32_t unknown;     /* id of a byte that has none */
    uint32_t merges_at;   /* from the table's beginning */
    uint32_t cells;       /* a power of two */
    uint32_t longest_run; /* a pair is at most so many cells behind its own */
    uint32_t added_count;
    uint32_t reserved;
    uint32_t inner[256]; /* byte to id, inside a word */
    uint32_t last[256];  /* byte to id, at a word's end */
    struct img_added added[IMG_TABLE_ADDED_MAX];
};

/* NULL when bytes are no sound table: then err says why (MODEL_INVALID). */
IMG_CHECKED const struct img_table *img_table_check(const void *bytes, size_t size,
                                                    struct img_err *err);

static inline uint32_t img_table_cell(uint32_t left, uint32_t right, uint32_t cells)
{
    uint64_t mixed = ((uint64_t)left << 32 | right) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(mixed >> 32) & (cells - 1);
}

/* What the pair becomes, or NULL. */
const struct img_merge *img_table_merge(const struct img_table *table, uint32_t left,
                                        uint32_t right);

#endif
