/* Reading: one short transaction a lookup. Transactions are kept and renewed, which costs a
 * fraction of beginning one; between lookups they hold no page back from writers. */
#include "cache/inside.h"

/* Damage that shows itself while reading is said once; what is damaged is a miss. */
static void read_failed(struct img_cache *cache, int code)
{
    pthread_mutex_lock(&cache->mutex);
    bool first = !cache->warned_read;
    cache->warned_read = true;
    pthread_mutex_unlock(&cache->mutex);
    if (first)
        img_report(cache->report, IMG_WARNING, "cache %s: cannot read it: %s", cache->folder,
                   mdb_strerror(code));
}

bool img_cache_begin_read(struct img_cache *cache, MDB_txn **txn)
{
    MDB_txn *idle = NULL;
    if (!cache->env)
        return false;
    pthread_mutex_lock(&cache->mutex);
    if (cache->idle_count > 0)
        idle = cache->idle[--cache->idle_count];
    pthread_mutex_unlock(&cache->mutex);
    if (idle) {
        int code = mdb_txn_renew(idle);
        if (code == 0) {
            *txn = idle;
            return true;
        }
        mdb_txn_abort(idle);
    }
    int code = mdb_txn_begin(cache->env, NULL, MDB_RDONLY, txn);
    if (code == MDB_READERS_FULL) {
        int dead = 0;
        (void)mdb_reader_check(cache->env, &dead);
        code = mdb_txn_begin(cache->env, NULL, MDB_RDONLY, txn);
    }
    if (code != 0)
        read_failed(cache, code);
    return code == 0;
}

void img_cache_end_read(struct img_cache *cache, MDB_txn *txn)
{
    mdb_txn_reset(txn);
    pthread_mutex_lock(&cache->mutex);
    bool keep = cache->idle_count < IMG_CACHE_IDLE_MAX;
    if (keep)
        cache->idle[cache->idle_count++] = txn;
    pthread_mutex_unlock(&cache->mutex);
    if (!keep)
        mdb_txn_abort(txn);
}

bool img_cache_find(struct img_cache *cache, MDB_txn *txn, enum img_cache_table table,
                    const struct img_cache_name *name, struct img_cache_bytes *value)
{
    MDB_val key = img_cache_val(img_cache_name_bytes(name)), data;
    int code = mdb_get(txn, cache->tables[table], &key, &data);
    if (code == 0)
        *value = img_cache_bytes_of(&data);
    else if (code != MDB_NOTFOUND)
        read_failed(cache, code);
    return code == 0;
}
