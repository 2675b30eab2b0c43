/* What the files of this folder share. */
#ifndef IMG_CACHE_INSIDE_H
#define IMG_CACHE_INSIDE_H

#include <limits.h>
#include <lmdb.h>
#include <pthread.h>

#include "base/buf.h"
#include "cache/cache.h"
#include "cache/entry.h"

enum {
    IMG_CACHE_IDLE_MAX = 16,          /* read transactions kept for reuse */
    IMG_CACHE_QUEUE_MAX = 8 << 20,    /* bytes of writes that wait */
    IMG_CACHE_MARKS_MAX = 1 << 16,    /* contents whose use is to be noted */
    IMG_CACHE_USE_HOURS = 24,         /* a use is noted anew when the last note is older */
    IMG_CACHE_REST_S = 60,            /* after a failed write the next ones are dropped for so long */
    IMG_CACHE_BATCH = 512,            /* entries handled in one transaction */
};

struct img_cache {
    const struct img_report *report;
    MDB_env *env; /* NULL: everything misses */
    MDB_dbi tables[IMG_CACHE_TABLES];
    uint64_t seed;
    bool read_only;
    int lock; /* the lock file, or -1 */
    char folder[PATH_MAX]; /* of the environment */

    pthread_mutex_t mutex; /* guards what follows */
    MDB_txn *idle[IMG_CACHE_IDLE_MAX];
    size_t idle_count;
    struct img_buf queue;
    struct img_buf marks; /* content keys, IMG_CACHE_CONTENT_KEY bytes each */
    int64_t rest_until_s; /* on the monotonic clock: writes are dropped until then */
    bool warned_read, warned_write;

    pthread_mutex_t writing; /* one writer of this process at a time */
};

/* The tables' names in LMDB's main tree. */
extern const char *const img_cache_table_names[IMG_CACHE_TABLES];

/* read.c */
IMG_CHECKED bool img_cache_begin_read(struct img_cache *cache, MDB_txn **txn);
void img_cache_end_read(struct img_cache *cache, MDB_txn *txn);
/* value points into the map until the transaction ends. False: not there. */
IMG_CHECKED bool img_cache_find(struct img_cache *cache, MDB_txn *txn, enum img_cache_table table,
                                const struct img_cache_name *name, struct img_cache_bytes *value);

/* flush.c */
void img_cache_write_marks(struct img_cache *cache);
/* A write that failed: one warning, and a rest. */
void img_cache_write_failed(struct img_cache *cache, int code);
bool img_cache_resting(struct img_cache *cache);

/* Seconds since the epoch, and hours. */
int64_t img_cache_now_s(void);
uint32_t img_cache_now_hours(void);

static inline MDB_val img_cache_val(struct img_cache_bytes bytes)
{
    return (MDB_val){bytes.len, (void *)(uintptr_t)bytes.data};
}

static inline struct img_cache_bytes img_cache_bytes_of(const MDB_val *val)
{
    return (struct img_cache_bytes){val->mv_data, val->mv_size};
}

#endif
