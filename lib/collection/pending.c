/* A small table with linear probing, at most half full. */
#include "collection/pending.h"

#include <stdlib.h>
#include <string.h>

bool img_pending_make(struct img_pending *pending, struct img_err *err)
{
    pending->entries = calloc(IMG_PENDING_SLOTS, sizeof *pending->entries);
    pending->count = 0;
    return pending->entries ||
           img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for uncommitted rows");
}

struct img_pending_entry *img_pending_next(struct img_pending *pending, uint64_t hash,
                                           size_t *steps)
{
    for (;;) {
        struct img_pending_entry *entry =
            &pending->entries[(hash + *steps) & (IMG_PENDING_SLOTS - 1)];
        ++*steps;
        if (!entry->filled)
            return NULL;
        if (entry->hash == hash)
            return entry;
    }
}

void img_pending_put(struct img_pending *pending, uint64_t hash, size_t row, size_t replaces)
{
    size_t at = hash & (IMG_PENDING_SLOTS - 1);
    while (pending->entries[at].filled)
        at = (at + 1) & (IMG_PENDING_SLOTS - 1);
    pending->entries[at] = (struct img_pending_entry){hash, row, replaces, true};
    pending->count++;
}

void img_pending_reset(struct img_pending *pending)
{
    if (pending->count > 0)
        memset(pending->entries, 0, IMG_PENDING_SLOTS * sizeof *pending->entries);
    pending->count = 0;
}

void img_pending_free(struct img_pending *pending)
{
    free(pending->entries);
    *pending = (struct img_pending){0};
}
