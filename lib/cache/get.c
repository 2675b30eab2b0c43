/* Lookups. What is found is checked and copied out before the transaction ends. */
#include "cache/inside.h"

/* Remembers that the content was asked for, unless that has been written down not long ago. */
static void mark_use(struct img_cache *cache, MDB_txn *txn, const struct img_content *content)
{
    struct img_cache_name name;
    struct img_cache_bytes value;
    uint32_t hours, now = img_cache_now_hours();
    if (cache->read_only)
        return;
    img_cache_name_content(&name, content);
    if (img_cache_find(cache, txn, IMG_CACHE_USES, &name, &value) &&
        img_cache_read_use(img_cache_name_bytes(&name), value, &hours) && hours <= now &&
        now - hours < IMG_CACHE_USE_HOURS)
        return;
    pthread_mutex_lock(&cache->mutex);
    if (cache->marks.len < (size_t)IMG_CACHE_MARKS_MAX * IMG_CACHE_CONTENT_KEY)
        img_buf_put(&cache->marks, name.data, name.len);
    pthread_mutex_unlock(&cache->mutex);
}

bool img_cache_get_file(struct img_cache *cache, const struct img_stamp *stamp,
                        struct img_content *content)
{
    MDB_txn *txn;
    struct img_cache_name name;
    struct img_cache_bytes value;
    if (!img_cache_begin_read(cache, &txn))
        return false;
    img_cache_name_file(&name, stamp);
    bool hit = img_cache_find(cache, txn, IMG_CACHE_FILES, &name, &value) &&
               img_cache_read_file(img_cache_name_bytes(&name), value, stamp, content);
    img_cache_end_read(cache, txn);
    return hit;
}

bool img_cache_get_vector(struct img_cache *cache, const struct img_cache_key *key,
                          size_t dimension, float *vector)
{
    MDB_txn *txn;
    struct img_cache_name name;
    struct img_cache_bytes value;
    if (!img_cache_begin_read(cache, &txn))
        return false;
    img_cache_name_vector(&name, key);
    bool hit = img_cache_find(cache, txn, IMG_CACHE_VECTORS, &name, &value) &&
               img_cache_read_vector(img_cache_name_bytes(&name), value, &key->content.id,
                                     dimension, vector);
    if (hit)
        mark_use(cache, txn, &key->content);
    img_cache_end_read(cache, txn);
    return hit;
}

bool img_cache_get_info(struct img_cache *cache, const struct img_content *content,
                        struct img_info *info)
{
    MDB_txn *txn;
    struct img_cache_name name;
    struct img_cache_bytes value;
    if (!img_cache_begin_read(cache, &txn))
        return false;
    img_cache_name_fact(&name, content);
    bool hit = img_cache_find(cache, txn, IMG_CACHE_FACTS, &name, &value) &&
               img_cache_read_info(img_cache_name_bytes(&name), value, info);
    img_cache_end_read(cache, txn);
    return hit;
}

bool img_cache_get_failure(struct img_cache *cache, const struct img_content *content,
                           struct img_err *failure)
{
    MDB_txn *txn;
    struct img_cache_name name;
    struct img_cache_bytes value;
    if (!img_cache_begin_read(cache, &txn))
        return false;
    img_cache_name_fact(&name, content);
    bool hit = img_cache_find(cache, txn, IMG_CACHE_FAILURES, &name, &value) &&
               img_cache_read_failure(img_cache_name_bytes(&name), value, failure);
    if (hit)
        mark_use(cache, txn, content);
    img_cache_end_read(cache, txn);
    return hit;
}
