/* Opening the environment, whatever is found there, and closing it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/env.h"
#include "cache/lock.h"
#include "cache/place.h"
#include "cache/reopen.h"

static bool writable(const struct img_cache *cache)
{
    char path[PATH_MAX];
    if (cache->lock < 0 || access(cache->folder, W_OK) != 0)
        return false;
    int len = snprintf(path, sizeof path, "%s/data.mdb", cache->folder);
    return len > 0 && (size_t)len < sizeof path && (access(path, W_OK) == 0 || errno == ENOENT);
}

/* What cannot be used is put aside, and a new one is begun. */
static bool replace(struct img_cache *cache, const char *why, struct img_err *err)
{
    char aside[PATH_MAX];
    if (!img_cache_move_aside(cache->folder, aside, sizeof aside, err))
        return img_err_in(err, "it is damaged (%s)", why);
    img_report(cache->report, IMG_WARNING,
               "cache %s: %s; it was moved to %s, and a new one is begun", cache->folder, why,
               aside);
    return img_folder_make(cache->folder, true, err) &&
           img_cache_env_open(cache, err) == IMG_CACHE_OPENED;
}

static bool open_or_replace(struct img_cache *cache, struct img_err *err)
{
    enum img_cache_opened opened = img_cache_env_open(cache, err);
    if (opened != IMG_CACHE_BROKEN || cache->read_only)
        return opened == IMG_CACHE_OPENED;
    struct img_err why = *err;
    return replace(cache, why.text, err);
}

/* The folder, or what stands in its place. */
static bool make_folder(struct img_cache *cache, struct img_err *err)
{
    struct stat info;
    char aside[PATH_MAX];
    if (lstat(cache->folder, &info) == 0 && !S_ISDIR(info.st_mode) && !S_ISLNK(info.st_mode)) {
        if (!img_cache_move_aside(cache->folder, aside, sizeof aside, err))
            return false;
        img_report(cache->report, IMG_WARNING, "cache %s: not a folder; it was moved to %s",
                   cache->folder, aside);
    }
    return img_folder_make(cache->folder, true, err);
}

static bool prepare(struct img_cache *cache, const char *folder, struct img_err *err)
{
    char lock[PATH_MAX];
    if ((size_t)snprintf(cache->folder, sizeof cache->folder, "%s/embeddings", folder) >=
            sizeof cache->folder - 16 ||
        (size_t)snprintf(lock, sizeof lock, "%s.lock", cache->folder) >= sizeof lock)
        return img_err_set(err, IMG_ERR_SYSTEM, "the name is too long");
    if (!make_folder(cache, err) || !img_cache_place_check(cache->folder, err))
        return false;
    cache->lock = img_cache_lock_open(lock);
    if (cache->lock < 0 && errno != EACCES && errno != EROFS && errno != EPERM)
        return img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot open its lock");
    if (cache->lock >= 0 &&
        (!img_cache_lock_take(cache->lock, IMG_CACHE_LOCK_OPENING, false, err) ||
         !img_cache_lock_take(cache->lock, IMG_CACHE_LOCK_USE, true, err)))
        return false;
    cache->read_only = !writable(cache);
    bool ok = open_or_replace(cache, err);
    if (cache->lock >= 0)
        img_cache_lock_drop(cache->lock, IMG_CACHE_LOCK_OPENING);
    return ok;
}

bool img_cache_open(struct img_cache **cache, const struct img_cache_options *options,
                    struct img_err *err)
{
    struct img_err why;
    struct img_cache *c = calloc(1, sizeof *c);
    *cache = c;
    if (!c)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for the cache");
    c->report = options->report;
    c->lock = -1;
    c->queue.limit = IMG_CACHE_QUEUE_MAX;
    pthread_mutex_init(&c->mutex, NULL);
    pthread_mutex_init(&c->writing, NULL);
    if (!options->folder || prepare(c, options->folder, &why))
        return true;
    c->seed = 0;
    if (c->lock >= 0)
        close(c->lock);
    c->lock = -1;
    img_report(c->report, IMG_WARNING, "cache %s: %s; working without it", c->folder, why.text);
    return true;
}

/* LMDB wants that nobody opens an environment just when the last user closes it. */
static void close_env(struct img_cache *cache)
{
    struct img_err ignored;
    bool locked = cache->lock >= 0 &&
                  img_cache_lock_take(cache->lock, IMG_CACHE_LOCK_OPENING, false, &ignored);
    img_cache_env_close(cache);
    if (locked)
        img_cache_lock_drop(cache->lock, IMG_CACHE_LOCK_OPENING);
}

bool img_cache_replace(struct img_cache *cache, const char *why, struct img_err *err)
{
    if (cache->lock < 0 || cache->read_only)
        return img_err_set(err, IMG_ERR_SYSTEM, "it can only be read");
    if (!img_cache_lock_take(cache->lock, IMG_CACHE_LOCK_OPENING, false, err))
        return false;
    img_cache_env_close(cache);
    bool ok = replace(cache, why, err);
    img_cache_lock_drop(cache->lock, IMG_CACHE_LOCK_OPENING);
    return ok;
}

bool img_cache_exchange(struct img_cache *cache, const char *path, struct img_err *err)
{
    char own[PATH_MAX];
    if ((size_t)snprintf(own, sizeof own, "%s/data.mdb", cache->folder) >= sizeof own)
        return img_err_set(err, IMG_ERR_OUTPUT, "the name is too long");
    img_cache_env_close(cache);
    if (rename(path, own) != 0) {
        struct img_err why;
        img_err_sys(&why, IMG_ERR_OUTPUT, errno, "cannot put the smaller file in place");
        bool again = img_cache_env_open(cache, err) == IMG_CACHE_OPENED;
        if (again)
            *err = why;
        return false;
    }
    return img_cache_env_open(cache, err) == IMG_CACHE_OPENED;
}

void img_cache_close(struct img_cache *cache)
{
    if (!cache)
        return;
    if (cache->env) {
        img_cache_flush(cache);
        img_cache_write_marks(cache);
        close_env(cache);
    }
    if (cache->lock >= 0)
        close(cache->lock);
    img_buf_clear(&cache->queue);
    img_buf_clear(&cache->marks);
    pthread_mutex_destroy(&cache->mutex);
    pthread_mutex_destroy(&cache->writing);
    free(cache);
}
