/* Rows that are appended and not yet committed, by the hash of their path: the index on disk is
 * told of them only once they count. Not public. */
#ifndef IMG_COLLECTION_PENDING_H
#define IMG_COLLECTION_PENDING_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { IMG_PENDING_MAX = 4096, IMG_PENDING_SLOTS = 2 * IMG_PENDING_MAX };

struct img_pending_entry {
    uint64_t hash;
    size_t row, replaces; /* the row of the index it comes in place of, or SIZE_MAX */
    bool filled;
};

/* Zeroed is empty and takes nothing until it is made. */
struct img_pending {
    struct img_pending_entry *entries; /* [IMG_PENDING_SLOTS] */
    size_t count;
};

IMG_CHECKED bool img_pending_make(struct img_pending *pending, struct img_err *err);

/* The entries under a hash, one after the other, beginning with *steps = 0; NULL at the end. */
struct img_pending_entry *img_pending_next(struct img_pending *pending, uint64_t hash,
                                           size_t *steps);

/* There must be room: count < IMG_PENDING_MAX. */
void img_pending_put(struct img_pending *pending, uint64_t hash, size_t row, size_t replaces);
void img_pending_reset(struct img_pending *pending);
void img_pending_free(struct img_pending *pending);

#endif
