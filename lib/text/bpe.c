/* Merging with a list of symbols and a heap of pairs: a word without spaces may be a megabyte, so
 * looking for the best pair anew after each merge is out of the question. */
#include "text/bpe.h"

#include <stdlib.h>

#include "base/size.h"

struct img_bpe_symbol {
    uint32_t id; /* IMG_TABLE_NONE once merged into the one before */
    uint32_t before, behind;
};

/* A pair as it was when it was found; stale when its symbols have changed since. */
struct img_bpe_entry {
    uint32_t rank, at, result;
};

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

static bool before(const struct img_bpe_entry *a, const struct img_bpe_entry *b)
{
    return a->rank != b->rank ? a->rank < b->rank : a->at < b->at;
}

static void push(struct img_bpe_entry *heap, size_t *count, struct img_bpe_entry entry)
{
    size_t at = (*count)++;
    while (at > 0 && before(&entry, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = entry;
}

static struct img_bpe_entry pop(struct img_bpe_entry *heap, size_t *count)
{
    struct img_bpe_entry top = heap[0];
    struct img_bpe_entry moved = heap[--*count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < *count; at = child) {
        if (child + 1 < *count && before(&heap[child + 1], &heap[child]))
            child++;
        if (!before(&heap[child], &moved))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
    return top;
}

/* Puts the pair that begins at a symbol onto the heap, if it has a rank. */
static void consider(struct img_bpe *bpe, const struct img_table *table, uint32_t at, size_t *pairs)
{
    const struct img_bpe_symbol *symbols = bpe->symbols;
    if (at == IMG_TABLE_NONE || symbols[at].behind == IMG_TABLE_NONE)
        return;
    uint32_t right = symbols[symbols[at].behind].id;
    const struct img_merge *merge = img_table_merge(table, symbols[at].id, right);
    if (merge != NULL && *pairs < bpe->heap_cap)
        push(bpe->heap, pairs, (struct img_bpe_entry){merge->rank, at, merge->result});
}

static void merge_all(struct img_bpe *bpe, const struct img_table *table, size_t len)
{
    struct img_bpe_symbol *symbols = bpe->symbols;
    size_t pairs = 0;
    for (size_t i = 0; i + 1 < len; i++)
        consider(bpe, table, (uint32_t)i, &pairs);
    while (pairs > 0) {
        struct img_bpe_entry best = pop(bpe->heap, &pairs);
        struct img_bpe_symbol *left = &symbols[best.at];
        if (left->id == IMG_TABLE_NONE || left->behind == IMG_TABLE_NONE)
            continue;
        struct img_bpe_symbol *right = &symbols[left->behind];
        const struct img_merge *now = img_table_merge(table, left->id, right->id);
        if (now == NULL || now->result != best.result)
            continue;
        left->id = best.result;
        right->id = IMG_TABLE_NONE;
        left->behind = right->behind;
        if (left->behind != IMG_TABLE_NONE)
            symbols[left->behind].before = best.at;
        consider(bpe, table, left->before, &pairs);
        consider(bpe, table, best.at, &pairs);
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
