/* Checks a table and looks pairs up in it. */
#include "text/table.h"

#include "text/tokenizer.h"

static bool damaged(const char *what, struct img_err *err)
{
    return img_err_set(err, IMG_ERR_MODEL_INVALID, "tokenizer table: %s", what);
}

static bool ids_are_sound(const struct img_table *table)
{
    bool sound = table->start < table->vocab_size && table->end < table->vocab_size &&
                 table->unknown < table->vocab_size;
    for (size_t i = 0; i < 256; i++)
        sound = sound && table->inner[i] < table->vocab_size && table->last[i] < table->vocab_size;
    return sound;
}

static bool added_are_sound(const struct img_table *table, size_t size)
{
    if (table->added_count > IMG_TABLE_ADDED_MAX)
        return false;
    for (size_t i = 0; i < table->added_count; i++) {
        const struct img_added *added = &table->added[i];
        if (added->id >= table->vocab_size || added->len == 0 ||
            added->len > IMG_TABLE_ADDED_LEN_MAX || added->at > size ||
            added->len > size - added->at)
            return false;
    }
    return true;
}

const struct img_table *img_table_check(const void *bytes, size_t size, struct img_err *err)
{
    const struct img_table *table = bytes;
    bool sound = false;
    if (size < sizeof *table || (uintptr_t)bytes % _Alignof(struct img_table) != 0)
        (void)damaged("too short", err);
    else if (table->magic != IMG_TABLE_MAGIC)
        (void)damaged("of another version", err);
    else if (table->size != size)
        (void)damaged("not of its stated size", err);
    else if (table->family > IMG_TOKENIZER_OPEN_CLIP || table->vocab_size > IMG_TABLE_IDS_MAX)
        (void)damaged("its head is damaged", err);
    else if (table->cells == 0 || (table->cells & (table->cells - 1)) != 0 ||
             table->merges_at % _Alignof(struct img_merge) != 0 || table->merges_at > size ||
             table->cells > (size - table->merges_at) / sizeof(struct img_merge) ||
             table->longest_run >= table->cells)
        (void)damaged("its merges lie outside", err);
    else if (!ids_are_sound(table))
        (void)damaged("an id is not in the vocabulary", err);
    else if (!added_are_sound(table, size))
        (void)damaged("an added token lies outside", err);
    else
        sound = true;
    return sound ? table : NULL;
}

const struct img_merge *img_table_merge(const struct img_table *table, uint32_t left,
                                        uint32_t right)
{
    const unsigned char *base = (const unsigned char *)table;
    const struct img_merge *merges = (const void *)(base + table->merges_at);
    uint32_t cell = img_table_cell(left, right, table->cells);
    for (uint32_t step = 0; step <= table->longest_run; step++) {
        const struct img_merge *merge = &merges[(cell + step) & (table->cells - 1)];
        if (merge->left == left && merge->right == right)
            return merge->result < table->vocab_size ? merge : NULL;
        if (merge->left == IMG_TABLE_NONE)
            return NULL;
    }
    return NULL;
}
