/* Writing what has come together, in one short transaction. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "cache/env.h"
#include "cache/path.h"
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

/* A write transaction, and the snapshot it starts from. */
struct writing {
    struct img_cache *cache;
    MDB_txn *txn;
    struct img_cache_paths paths;
};

static int begin(struct writing *w, struct img_cache *cache)
{
    struct img_err ignored;
    *w = (struct writing){.cache = cache};
    int code = mdb_txn_begin(cache->env, NULL, 0, &w->txn);
    if (code != 0)
        return code;
    img_cache_fill_up(cache, w->txn);
    if (img_cache_paths_open(&w->paths, cache, w->txn, &ignored))
        return 0;
    return ignored.code == IMG_ERR_OUT_OF_MEMORY ? ENOMEM : MDB_CORRUPTED;
}

static int put(struct writing *w, const struct img_cache_queued *entry)
{
    MDB_val key = img_cache_val(entry->name), value = img_cache_val(entry->value), old;
    MDB_dbi table = w->cache->tables[entry->table];
    struct img_err ignored;
    if (!img_cache_paths_check(&w->paths, entry->table, entry->name, &ignored))
        return MDB_CORRUPTED;
    /* Pages are written anew for every change, so what is there already is left alone. */
    if (mdb_get(w->txn, table, &key, &old) == 0 && old.mv_size == value.mv_size &&
        memcmp(old.mv_data, value.mv_data, value.mv_size) == 0)
        return 0;
    return mdb_put(w->txn, table, &key, &value, 0);
}

/* Commits, unless something has failed. */
static int end(struct writing *w, int code)
{
    img_cache_paths_close(&w->paths);
    if (code == 0)
        return mdb_txn_commit(w->txn);
    mdb_txn_abort(w->txn);
    return code;
}

static int write_queue(struct img_cache *cache, const struct img_buf *queue)
{
    struct writing w;
    struct img_cache_queued entry;
    int code = begin(&w, cache);
    for (size_t at = 0; code == 0 && img_cache_queue_next(queue, &at, &entry);)
        code = put(&w, &entry);
    return end(&w, code);
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
    struct writing w;
    uint32_t now = img_cache_now_hours();
    int code = begin(&w, cache);
    for (size_t at = 0; code == 0 && at < marks->len; at += IMG_CACHE_CONTENT_KEY) {
        struct img_cache_value value;
        struct img_cache_bytes name = {(const unsigned char *)marks->data + at,
                                       IMG_CACHE_CONTENT_KEY};
        img_cache_write_use(&value, name, now);
        code = put(&w, &(struct img_cache_queued){IMG_CACHE_USES, name, {value.data, value.len}});
    }
    return end(&w, code);
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
