/* Byte-pair merging of one word. */
#ifndef IMG_TEXT_BPE_H
#define IMG_TEXT_BPE_H

#include <stddef.h>
#include <stdint.h>

#include "text/table.h"

/* Working memory, grown as needed and kept from word to word. Zeroed is empty. */
struct img_bpe {
    struct img_bpe_symbol *symbols;
    size_t symbols_cap;
    uint64_t *heap;
    size_t heap_cap;
};

void img_bpe_clear(struct img_bpe *bpe);

/* Appends the ids of a word (its bytes; the last one carries the end-of-word mark) to ids[*count],
 * as far as there is room up to most. O(n log n) in the word's length. Fails with OUT_OF_MEMORY.
 *
 * As in the Hugging Face tokenizers library: of all pairs with a rank the lowest is merged, of
 * equal ones the leftmost, until none is left. */
IMG_CHECKED bool img_bpe_word(struct img_bpe *bpe, const struct img_table *table, const char *word,
                              size_t len, int32_t *ids, size_t most, size_t *count,
                              struct img_err *err);

#endif
