/* Merging with a list of symbols and a heap of pairs: a word without spaces may be a megabyte, so
 * looking for the best pair anew after each merge is out of the question. */
#include "text/bpe.h"

#include <stdlib.h>

#include "base/size.h"

struct img_bpe_symbol {
    uint32_t id;
    uint32_t before, behind;
    uint32_t rank;   /* of the pair with the one behind; NONE when they do not merge */
    uint32_t result; /* what that pair becomes */
};

/* The heap's keys: rank, then place. An entry whose symbol has another rank by now is stale. Eight
 * children a node, which lie side by side, make few levels and few cache misses. */
enum { CHILDREN = 8 };

void img_bpe_clear(struct img_bpe *bpe)
{
    free(bpe->symbols);
    free(bpe->heap);
    *bpe = (struct img_bpe){0};
}

static bool reserve(struct img_bpe *bpe, size_t len, struct img_err *err)
{
    if (len <= bpe->symbols_cap)
        return true;
    /* each merge takes one symbol away and finds at most two new pairs */
    size_t cap = len < 64 ? 64 : len;
    size_t symbols = 0, heap = 0;
    if (cap >= IMG_TABLE_NONE / 4 || !img_size_mul(cap, sizeof *bpe->symbols, &symbols) ||
        !img_size_mul(cap * 3, sizeof *bpe->heap, &heap))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "a word of %zu bytes", len);
    img_bpe_clear(bpe);
    bpe->symbols = malloc(symbols);
    bpe->heap = malloc(heap);
    if (bpe->symbols == NULL || bpe->heap == NULL) {
        img_bpe_clear(bpe);
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "no memory for a word of %zu bytes", len);
    }
    bpe->symbols_cap = cap;
    bpe->heap_cap = cap * 3;
    return true;
}

static void push(uint64_t *heap, size_t *count, uint64_t key)
{
    size_t at = (*count)++;
    while (at > 0 && key < heap[(at - 1) / CHILDREN]) {
        heap[at] = heap[(at - 1) / CHILDREN];
        at = (at - 1) / CHILDREN;
    }
    heap[at] = key;
}

static uint64_t pop(uint64_t *heap, size_t *count)
{
    uint64_t top = heap[0], moved = heap[--*count];
    size_t at = 0;
    for (size_t first; (first = CHILDREN * at + 1) < *count;) {
        size_t end = first + CHILDREN < *count ? first + CHILDREN : *count;
        size_t least = first;
        for (size_t child = first + 1; child < end; child++)
            if (heap[child] < heap[least])
                least = child;
        if (heap[least] >= moved)
            break;
        heap[at] = heap[least];
        at = least;
    }
    heap[at] = moved;
    return top;
}

/* Looks at the pair that begins at a symbol, and puts it onto the heap if it has a rank. */
static void consider(struct img_bpe *bpe, const struct img_table *table, uint32_t at, size_t *pairs)
{
    if (at == IMG_TABLE_NONE)
        return;
    struct img_bpe_symbol *symbol = &bpe->symbols[at];
    const struct img_merge *merge = NULL;
    if (symbol->behind != IMG_TABLE_NONE)
        merge = img_table_merge(table, symbol->id, bpe->symbols[symbol->behind].id);
    symbol->rank = merge == NULL ? IMG_TABLE_NONE : merge->rank;
    if (symbol->rank == IMG_TABLE_NONE || *pairs >= bpe->heap_cap)
        return;
    symbol->result = merge->result;
    push(bpe->heap, pairs, (uint64_t)symbol->rank << 32 | at);
}

static void merge_all(struct img_bpe *bpe, const struct img_table *table, size_t len)
{
    size_t pairs = 0;
    for (size_t i = 0; i < len; i++)
        consider(bpe, table, (uint32_t)i, &pairs);
    while (pairs > 0) {
        uint64_t best = pop(bpe->heap, &pairs);
        uint32_t at = (uint32_t)best;
        struct img_bpe_symbol *left = &bpe->symbols[at];
        if (left->rank != best >> 32)
            continue;
        struct img_bpe_symbol *right = &bpe->symbols[left->behind];
        left->id = left->result;
        left->behind = right->behind;
        right->rank = IMG_TABLE_NONE;
        if (left->behind != IMG_TABLE_NONE)
            bpe->symbols[left->behind].before = at;
        consider(bpe, table, left->before, &pairs);
        consider(bpe, table, at, &pairs);
    }
}

bool img_bpe_word(struct img_bpe *bpe, const struct img_table *table, const char *word, size_t len,
                  int32_t *ids, size_t most, size_t *count, struct img_err *err)
{
    if (len == 0)
        return true;
    if (!reserve(bpe, len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        const uint32_t *of_byte = i + 1 < len ? table->inner : table->last;
        bpe->symbols[i] = (struct img_bpe_symbol){
            .id = of_byte[(unsigned char)word[i]],
            .before = i == 0 ? IMG_TABLE_NONE : (uint32_t)(i - 1),
            .behind = i + 1 < len ? (uint32_t)(i + 1) : IMG_TABLE_NONE,
        };
    }
    merge_all(bpe, table, len);
    for (uint32_t at = 0; at != IMG_TABLE_NONE && *count < most; at = bpe->symbols[at].behind)
        ids[(*count)++] = (int32_t)bpe->symbols[at].id;
    return true;
}
