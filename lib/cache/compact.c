/* Giving free pages back. LMDB's file never shrinks by itself; a copy without the free pages takes
 * its place, which only works while nobody else has it open. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/lock.h"
#include "cache/measure.h"
#include "cache/reopen.h"
#include "cache/tend.h"

/* Fewer free bytes are left where they are: they are written over soon enough. */
enum { WORTH_IT = 1 << 20 };

static bool synced(const char *path, struct img_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot write the smaller file");
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool copy_and_exchange(struct img_cache *cache, struct img_err *err)
{
    char folder[PATH_MAX], file[PATH_MAX];
    if ((size_t)snprintf(folder, sizeof folder, "%s.smaller", cache->folder) >= sizeof folder ||
        (size_t)snprintf(file, sizeof file, "%s.smaller/data.mdb", cache->folder) >= sizeof file)
        return img_err_set(err, IMG_ERR_OUTPUT, "the name is too long");
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot make a folder for the smaller file");
    (void)unlink(file); /* of a run that was killed */
    int code = mdb_env_copy2(cache->env, folder, MDB_CP_COMPACT);
    bool ok = code == 0 ? synced(file, err)
                        : img_err_set(err, IMG_ERR_OUTPUT, "cannot write the smaller file: %s",
                                      mdb_strerror(code));
    ok = ok && img_cache_exchange(cache, file, err);
    if (!ok)
        (void)unlink(file);
    (void)rmdir(folder);
    return ok;
}

bool img_cache_compact(struct img_cache *cache, enum img_cache_compacted *done,
                       struct img_err *err)
{
    struct img_cache_size size;
    *done = IMG_CACHE_NOT_WORTH_IT;
    if (!img_cache_measure(cache, &size, err))
        return false;
    if (size.disk_bytes < size.used_bytes + WORTH_IT)
        return true;
    *done = IMG_CACHE_NOT_ALONE;
    if (cache->lock < 0 || !img_cache_lock_alone(cache->lock, IMG_CACHE_LOCK_OPENING))
        return true;
    bool ok = true;
    if (img_cache_lock_alone(cache->lock, IMG_CACHE_LOCK_USE)) {
        ok = copy_and_exchange(cache, err);
        if (ok)
            *done = IMG_CACHE_COMPACTED;
        img_cache_lock_share(cache->lock, IMG_CACHE_LOCK_USE);
    }
    img_cache_lock_drop(cache->lock, IMG_CACHE_LOCK_OPENING);
    return ok;
}
