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

/* A lookup under way: what was found under a name, inside its transaction. */
struct lookup {
    MDB_txn *txn;
    struct img_cache_bytes name, value;
};

/* False for a miss; else the lookup is to be ended. */
static bool begin(struct img_cache *cache, enum img_cache_table table,
                  const struct img_cache_name *name, struct lookup *lookup)
{
    lookup->name = img_cache_name_bytes(name);
    if (!img_cache_begin_read(cache, &lookup->txn))
        return false;
    if (img_cache_find(cache, lookup->txn, table, name, &lookup->value))
        return true;
    img_cache_end_read(cache, lookup->txn);
    return false;
}

/* used: the content that was asked for, when it is a hit; NULL: none that counts. */
static bool end(struct img_cache *cache, const struct lookup *lookup, bool hit,
                const struct img_content *used)
{
    if (hit && used)
        mark_use(cache, lookup->txn, used);
    img_cache_end_read(cache, lookup->txn);
    return hit;
}

bool img_cache_get_file(struct img_cache *cache, const struct img_stamp *stamp,
                        struct img_content *content)
{
    struct img_cache_name name;
    struct lookup lookup;
    img_cache_name_file(&name, stamp);
    return begin(cache, IMG_CACHE_FILES, &name, &lookup) &&
           end(cache, &lookup, img_cache_read_file(lookup.name, lookup.value, stamp, content),
               NULL);
}

bool img_cache_get_vector(struct img_cache *cache, const struct img_cache_key *key,
                          size_t dimension, float *vector)
{
    struct img_cache_name name;
    struct lookup lookup;
    img_cache_name_vector(&name, key);
    return begin(cache, IMG_CACHE_VECTORS, &name, &lookup) &&
           end(cache, &lookup,
               img_cache_read_vector(lookup.name, lookup.value, &key->content.id, dimension,
                                     vector),
               &key->content);
}

bool img_cache_get_info(struct img_cache *cache, const struct img_cache_key *key,
                        struct img_info *info)
{
    struct img_cache_name name;
    struct lookup lookup;
    img_cache_name_info(&name, key);
    return begin(cache, IMG_CACHE_FACTS, &name, &lookup) &&
           end(cache, &lookup, img_cache_read_info(lookup.name, lookup.value, info), NULL);
}

bool img_cache_get_failure(struct img_cache *cache, const struct img_content *content,
                           struct img_err *failure)
{
    struct img_cache_name name;
    struct lookup lookup;
    img_cache_name_failure(&name, content);
    return begin(cache, IMG_CACHE_FAILURES, &name, &lookup) &&
           end(cache, &lookup, img_cache_read_failure(lookup.name, lookup.value, failure), content);
}
