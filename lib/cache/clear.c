/* Emptying the tables. */
#include "cache/env.h"
#include "cache/measure.h"
#include "cache/tend.h"

static int empty(struct img_cache *cache)
{
    MDB_txn *txn;
    int code = mdb_txn_begin(cache->env, NULL, 0, &txn);
    if (code != 0)
        return code;
    for (int i = 0; code == 0 && i < IMG_CACHE_TABLES; i++)
        if (i != IMG_CACHE_META)
            code = mdb_drop(txn, cache->tables[i], 0);
    if (code == 0)
        return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return code;
}

bool img_cache_clear(struct img_cache *cache, struct img_cache_pruned *pruned, struct img_err *err)
{
    struct img_cache_size size;
    const struct img_cache_budget all = {0};
    *pruned = (struct img_cache_pruned){0};
    if (!img_cache_look(cache, &all, err))
        return img_err_in(err, "cache %s", cache->folder);
    if (!img_cache_measure(cache, &size, err))
        return false;
    pruned->bytes_before = size.used_bytes;
    pruned->contents = size.entries[IMG_CACHE_USES];
    pruned->files = size.entries[IMG_CACHE_FILES];
    int code = empty(cache);
    if (code != 0)
        return img_err_set(err, IMG_ERR_SYSTEM, "%s", mdb_strerror(code));
    if (!img_cache_measure(cache, &size, err))
        return false;
    pruned->bytes_after = size.used_bytes;
    return true;
}
