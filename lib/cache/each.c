/* Batches of entries: to look at, and to drop. */
#include "cache/each.h"

#include "cache/queue.h"

static bool failed(struct img_err *err, int code)
{
    return img_err_set(err, IMG_ERR_SYSTEM, "%s", mdb_strerror(code));
}

/* Moves to the first entry behind *last, or to the first of all. */
static int first_behind(MDB_cursor *cursor, const struct img_cache_name *last, MDB_val *name,
                        MDB_val *value)
{
    if (last->len == 0)
        return mdb_cursor_get(cursor, name, value, MDB_FIRST);
    *name = img_cache_val(img_cache_name_bytes(last));
    int code = mdb_cursor_get(cursor, name, value, MDB_SET_RANGE);
    if (code == 0 && name->mv_size == last->len &&
        memcmp(name->mv_data, last->data, last->len) == 0)
        code = mdb_cursor_get(cursor, name, value, MDB_NEXT);
    return code;
}

/* Hands on to IMG_CACHE_BATCH entries; MDB_NOTFOUND at the end. */
static int visit_batch(struct img_cache *cache, MDB_txn *txn, enum img_cache_table table,
                       struct img_cache_name *last, const struct img_cache_visit *visit)
{
    MDB_cursor *cursor;
    MDB_val name, value;
    int code = mdb_cursor_open(txn, cache->tables[table], &cursor);
    if (code != 0)
        return code;
    code = first_behind(cursor, last, &name, &value);
    for (int i = 0; code == 0; i++) {
        visit->entry(visit->ctx, txn, img_cache_bytes_of(&name), img_cache_bytes_of(&value));
        if (i == IMG_CACHE_BATCH - 1 && name.mv_size <= sizeof last->data) {
            last->len = name.mv_size;
            memcpy(last->data, name.mv_data, name.mv_size);
            break;
        }
        code = mdb_cursor_get(cursor, &name, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return code;
}

bool img_cache_each(struct img_cache *cache, enum img_cache_table table,
                    const struct img_cache_visit *visit, struct img_err *err)
{
    struct img_cache_name last = {.len = 0};
    int code = 0;
    while (code == 0) {
        MDB_txn *txn;
        if (!img_cache_begin_read(cache, &txn))
            return img_err_set(err, IMG_ERR_SYSTEM, "cannot read the cache");
        code = visit_batch(cache, txn, table, &last, visit);
        img_cache_end_read(cache, txn);
        if (visit->pause && !visit->pause(visit->ctx, err))
            return false;
    }
    return code == MDB_NOTFOUND ? true : failed(err, code);
}

struct sweep {
    struct img_cache *cache;
    enum img_cache_table table;
    const struct img_cache_judge *judge;
    struct img_buf names; /* as in a queue, without values */
    uint64_t *dropped;
};

static void note(void *ctx, MDB_txn *txn, struct img_cache_bytes name, struct img_cache_bytes value)
{
    struct sweep *s = ctx;
    if (s->judge->drop(s->judge->ctx, txn, name, value))
        img_cache_queue_put(&s->names, s->table, name, name.data, 0);
}

/* What was noted may have changed since. */
static int drop_noted(struct sweep *s, MDB_txn *txn)
{
    struct img_cache_queued entry;
    int code = 0;
    for (size_t at = 0; code == 0 && img_cache_queue_next(&s->names, &at, &entry);) {
        MDB_val name = img_cache_val(entry.name), value;
        code = mdb_get(txn, s->cache->tables[s->table], &name, &value);
        if (code == 0 &&
            s->judge->drop(s->judge->ctx, txn, entry.name, img_cache_bytes_of(&value))) {
            code = mdb_del(txn, s->cache->tables[s->table], &name, NULL);
            *s->dropped += code == 0;
        }
        if (code == MDB_NOTFOUND)
            code = 0;
    }
    return code;
}

static bool drop(void *ctx, struct img_err *err)
{
    struct sweep *s = ctx;
    MDB_txn *txn;
    if (s->names.len == 0)
        return true;
    pthread_mutex_lock(&s->cache->writing);
    int code = mdb_txn_begin(s->cache->env, NULL, 0, &txn);
    if (code == 0) {
        code = drop_noted(s, txn);
        if (code == 0)
            code = mdb_txn_commit(txn);
        else
            mdb_txn_abort(txn);
    }
    pthread_mutex_unlock(&s->cache->writing);
    img_buf_reset(&s->names);
    return code == 0 ? true : failed(err, code);
}

bool img_cache_sweep(struct img_cache *cache, enum img_cache_table table,
                     const struct img_cache_judge *judge, uint64_t *dropped, struct img_err *err)
{
    struct sweep s = {.cache = cache, .table = table, .judge = judge, .dropped = dropped};
    const struct img_cache_visit visit = {note, drop, &s};
    bool ok = img_cache_each(cache, table, &visit, err);
    img_buf_clear(&s.names);
    return ok;
}
