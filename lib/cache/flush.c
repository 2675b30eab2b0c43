/* Writing what has come together, in one short transaction. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "cache/inside.h"
#include "cache/queue.h"

int64_t img_cache_now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec;
}

uint32_t img_cache_now_hours(void)
{
    return (uint32_t)(img_cache_now_s() / 3600);
}

static int64_t monotonic_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

bool img_cache_resting(struct img_cache *cache)
{
    pthread_mutex_lock(&cache->mutex);
    bool resting = cache->rest_until_s > 0 && monotonic_s() < cache->rest_until_s;
    pthread_mutex_unlock(&cache->mutex);
    return resting;
}

void img_cache_write_failed(struct img_cache *cache, int code)
{
    pthread_mutex_lock(&cache->mutex);
    bool first = !cache->warned_write;
    cache->warned_write = true;
    cache->rest_until_s = monotonic_s() + IMG_CACHE_REST_S;
    pthread_mutex_unlock(&cache->mutex);
    if (!first)
        return;
    if (code == MDB_MAP_FULL)
        img_report(cache->report, IMG_WARNING,
                   "cache %s: it has reached its largest size (see img-cache prune); new entries "
                   "are dropped", cache->folder);
    else
        /* LMDB calls a write that was cut short an input/output error. */
        img_report(cache->report, IMG_WARNING, "cache %s: cannot write: %s%s; new entries are dropped",
                   cache->folder, mdb_strerror(code), code == EIO ? " or the disk is full" : "");
}

static int put(struct img_cache *cache, MDB_txn *txn, const struct img_cache_queued *entry)
{
    MDB_val key = img_cache_val(entry->name), value = img_cache_val(entry->value), old;
    MDB_dbi table = cache->tables[entry->table];
    /* Pages are written anew for every change, so what is there already is left alone. */
    if (mdb_get(txn, table, &key, &old) == 0 && old.mv_size == value.mv_size &&
        memcmp(old.mv_data, value.mv_data, value.mv_size) == 0)
        return 0;
    return mdb_put(txn, table, &key, &value, 0);
}

static int write_queue(struct img_cache *cache, const struct img_buf *queue)
{
    MDB_txn *txn;
    struct img_cache_queued entry;
    int code = mdb_txn_begin(cache->env, NULL, 0, &txn);
    if (code != 0)
        return code;
    for (size_t at = 0; code == 0 && img_cache_queue_next(queue, &at, &entry);)
        code = put(cache, txn, &entry);
    if (code == 0)
        return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return code;
}

void img_cache_flush(struct img_cache *cache)
{
    if (!cache->env || cache->read_only)
        return;
    pthread_mutex_lock(&cache->writing);
    pthread_mutex_lock(&cache->mutex);
    struct img_buf taken = cache->queue;
    cache->queue = (struct img_buf){.limit = IMG_CACHE_QUEUE_MAX};
    bool marks_full = cache->marks.len >= (size_t)IMG_CACHE_MARKS_MAX * IMG_CACHE_CONTENT_KEY;
    pthread_mutex_unlock(&cache->mutex);
    if (taken.len > 0 && !img_cache_resting(cache)) {
        int code = write_queue(cache, &taken);
        if (code != 0)
            img_cache_write_failed(cache, code);
    }
    img_buf_clear(&taken);
    pthread_mutex_unlock(&cache->writing);
    if (marks_full)
        img_cache_write_marks(cache);
}

static int by_content(const void *a, const void *b)
{
    return memcmp(a, b, IMG_CACHE_CONTENT_KEY);
}

static int write_uses(struct img_cache *cache, const struct img_buf *marks)
{
    MDB_txn *txn;
    uint32_t now = img_cache_now_hours();
    int code = mdb_txn_begin(cache->env, NULL, 0, &txn);
    if (code != 0)
        return code;
    for (size_t at = 0; code == 0 && at < marks->len; at += IMG_CACHE_CONTENT_KEY) {
        struct img_cache_value value;
        struct img_cache_bytes name = {(const unsigned char *)marks->data + at,
                                       IMG_CACHE_CONTENT_KEY};
        img_cache_write_use(&value, name, now);
        code = put(cache, txn,
                   &(struct img_cache_queued){IMG_CACHE_USES, name, {value.data, value.len}});
    }
    if (code == 0)
        return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return code;
}

/* In the order of the keys, so that each page is written once. */
void img_cache_write_marks(struct img_cache *cache)
{
    pthread_mutex_lock(&cache->writing);
    pthread_mutex_lock(&cache->mutex);
    struct img_buf taken = cache->marks;
    cache->marks = (struct img_buf){0};
    pthread_mutex_unlock(&cache->mutex);
    if (taken.len > 0 && !img_cache_resting(cache)) {
        qsort(taken.data, taken.len / IMG_CACHE_CONTENT_KEY, IMG_CACHE_CONTENT_KEY, by_content);
        int code = write_uses(cache, &taken);
        if (code != 0)
            img_cache_write_failed(cache, code);
    }
    img_buf_clear(&taken);
    pthread_mutex_unlock(&cache->writing);
}
