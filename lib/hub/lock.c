/* Two fetches of one file: the second waits and then finds it there. */
#include "hub/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/signals.h"
#include "hub/cache.h"

static const struct timespec between = {.tv_nsec = 100 * 1000 * 1000};

/* Whether path still names the file behind fd: whoever held it may have removed it. */
static bool still_there(const char *path, int fd)
{
    struct stat a, b;
    return stat(path, &a) == 0 && fstat(fd, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* False on a file system that cannot lock, and after a signal. */
static bool wait_for(int fd, const char *etag, bool *told, const struct img_report *report)
{
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || img_signals_caught())
            return false;
        if (!*told)
            img_report(report, IMG_WARNING, "another process is fetching %s; waiting for it", etag);
        *told = true;
        nanosleep(&between, NULL);
    }
    return true;
}

bool img_hub_lock(const char *cache, const char *repo_id, const char *etag,
                  const struct img_report *report, int *fd, struct img_err *err)
{
    char locks[PATH_MAX], folder[PATH_MAX], path[PATH_MAX];
    bool told = false;
    *fd = -1;
    int n = snprintf(locks, sizeof locks, "%s/.locks", cache);
    if (n < 0 || n >= PATH_MAX)
        return img_err_set(err, IMG_ERR_OUTPUT, "the cache folder's path is too long");
    if (!img_hub_cache_path(locks, repo_id, NULL, folder, err) ||
        !img_folder_make(folder, false, err))
        return false;
    n = snprintf(path, sizeof path, "%s/%s.lock", folder, etag);
    if (n < 0 || n >= PATH_MAX)
        return img_err_set(err, IMG_ERR_OUTPUT, "the cache folder's path is too long");
    for (;;) {
        *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (*fd < 0)
            return img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot open %s", path);
        if (!wait_for(*fd, etag, &told, report)) {
            close(*fd);
            *fd = -1;
            return !img_signals_caught() ||
                   img_err_set(err, IMG_ERR_OUTPUT, "interrupted while waiting for another fetch");
        }
        if (still_there(path, *fd))
            return true;
        close(*fd);
    }
}

void img_hub_unlock(int fd)
{
    if (fd >= 0)
        close(fd);
}
