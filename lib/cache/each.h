/* Going through a table in batches, so that no transaction lasts. */
#ifndef IMG_CACHE_EACH_H
#define IMG_CACHE_EACH_H

#include "cache/inside.h"

struct img_cache_visit {
    /* Within the transaction; name and value are the map's own. */
    void (*entry)(void *ctx, MDB_txn *txn, struct img_cache_bytes name,
                  struct img_cache_bytes value);
    /* Between transactions, also behind the last batch; NULL: nothing to do. False ends it. */
    bool (*pause)(void *ctx, struct img_err *err);
    void *ctx;
};

IMG_CHECKED bool img_cache_each(struct img_cache *cache, enum img_cache_table table,
                                const struct img_cache_visit *visit, struct img_err *err);

/* Drops what the judge says, asked within the transaction that drops; *dropped counts up. */
struct img_cache_judge {
    bool (*drop)(void *ctx, MDB_txn *txn, struct img_cache_bytes name,
                 struct img_cache_bytes value);
    void *ctx;
};

IMG_CHECKED bool img_cache_sweep(struct img_cache *cache, enum img_cache_table table,
                                 const struct img_cache_judge *judge, uint64_t *dropped,
                                 struct img_err *err);

#endif
