/* Writes wait in memory, as whole entries, until they are written together. */
#include <stdlib.h>
#include <time.h>

#include "cache/inside.h"
#include "cache/queue.h"

/* Takes the entry, unless writing has failed lately; a full queue is written first. */
static void queue(struct img_cache *cache, enum img_cache_table table,
                  const struct img_cache_name *name, const unsigned char *value, size_t len)
{
    if (!cache->env || cache->read_only || img_cache_resting(cache))
        return;
    pthread_mutex_lock(&cache->mutex);
    bool full = cache->queue.len + img_cache_queued_size(name->len, len) > IMG_CACHE_QUEUE_MAX;
    pthread_mutex_unlock(&cache->mutex);
    if (full)
        img_cache_flush(cache);
    pthread_mutex_lock(&cache->mutex);
    img_cache_queue_put(&cache->queue, table, img_cache_name_bytes(name), value, len);
    pthread_mutex_unlock(&cache->mutex);
}

static void queue_use(struct img_cache *cache, const struct img_content *content)
{
    struct img_cache_name name;
    struct img_cache_value value;
    img_cache_name_content(&name, content);
    img_cache_write_use(&value, img_cache_name_bytes(&name), img_cache_now_hours());
    queue(cache, IMG_CACHE_USES, &name, value.data, value.len);
}

/* A file that was written a moment ago may be written again without a change of its times: clocks of
 * file systems have steps, of some milliseconds mostly, of two seconds where times have no
 * fractions. */
static bool settled(const struct img_stamp *stamp)
{
    enum { SECOND_NS = 1000000000 };
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    int64_t now = (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
    bool whole = stamp->mtime_ns % SECOND_NS == 0 && stamp->ctime_ns % SECOND_NS == 0;
    int64_t age = whole ? (int64_t)SECOND_NS * 21 / 10 : SECOND_NS / 10;
    return stamp->mtime_ns < now - age && stamp->ctime_ns < now - age;
}

void img_cache_put_file(struct img_cache *cache, const struct img_stamp *stamp,
                        const struct img_content *content)
{
    struct img_cache_name name;
    struct img_cache_value value;
    if (!settled(stamp))
        return;
    img_cache_name_file(&name, stamp);
    img_cache_write_file(&value, img_cache_name_bytes(&name), stamp, content);
    queue(cache, IMG_CACHE_FILES, &name, value.data, value.len);
}

void img_cache_put_vector(struct img_cache *cache, const struct img_cache_key *key,
                          size_t dimension, const float *vector)
{
    struct img_cache_name name;
    if (dimension == 0 || dimension > IMG_CACHE_DIMENSION_MAX)
        return;
    size_t len = img_cache_vector_size(dimension);
    unsigned char *value = malloc(len);
    if (!value)
        return;
    img_cache_name_vector(&name, key);
    img_cache_write_vector(value, img_cache_name_bytes(&name), &key->content.id, dimension,
                           vector);
    queue(cache, IMG_CACHE_VECTORS, &name, value, len);
    queue_use(cache, &key->content);
    free(value);
}

void img_cache_put_info(struct img_cache *cache, const struct img_cache_key *key,
                        const struct img_info *info)
{
    struct img_cache_name name;
    struct img_cache_value value;
    img_cache_name_info(&name, key);
    img_cache_write_info(&value, img_cache_name_bytes(&name), info);
    queue(cache, IMG_CACHE_FACTS, &name, value.data, value.len);
    queue_use(cache, &key->content);
}

void img_cache_put_failure(struct img_cache *cache, const struct img_content *content,
                           const struct img_err *failure)
{
    struct img_cache_name name;
    struct img_cache_value value;
    img_cache_name_failure(&name, content);
    if (!img_cache_write_failure(&value, img_cache_name_bytes(&name), failure))
        return;
    queue(cache, IMG_CACHE_FAILURES, &name, value.data, value.len);
    queue_use(cache, content);
}
