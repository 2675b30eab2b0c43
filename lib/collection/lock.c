/* One writer: flock on a file within the collection, which also says who that is. */
#include "collection/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collection/manifest.h"

/* A writer that was killed holds its lock until the system has taken it down, which can take longer
 * than starting the next one. */
enum { WAIT_MS = 3000, WAIT_STEP_MS = 20 };

static bool held_by_another(int lock, struct img_err *err)
{
    char text[24] = "";
    ssize_t n = pread(lock, text, sizeof text - 1, 0);
    long pid = n > 0 ? strtol(text, NULL, 10) : 0;
    if (pid > 0)
        return img_err_set(err, IMG_ERR_CONFIG, "another process (%ld) is writing to it", pid);
    return img_err_set(err, IMG_ERR_CONFIG, "another process is writing to it");
}

/* Only for the message above: a full disk is no reason to fail. */
static void sign(int lock)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (n > 0 && ftruncate(lock, 0) == 0) {
        ssize_t ignored = pwrite(lock, text, (size_t)n, 0);
        (void)ignored;
    }
}

static bool take(int lock, const struct img_report *report, struct img_err *err)
{
    const struct timespec pause = {.tv_nsec = WAIT_STEP_MS * 1000000L};
    int result = flock(lock, LOCK_EX | LOCK_NB);
    for (int waited = 0; result != 0 && (errno == EINTR || errno == EWOULDBLOCK) && waited < WAIT_MS;
         waited += WAIT_STEP_MS) {
        nanosleep(&pause, NULL);
        result = flock(lock, LOCK_EX | LOCK_NB);
    }
    if (result != 0 && errno == EWOULDBLOCK)
        return held_by_another(lock, err);
    if (result != 0)
        img_report(report, IMG_WARNING,
                   "this file system cannot lock: see to it that nothing else writes to the "
                   "collection");
    sign(lock);
    return true;
}

/* A compaction may have put another folder in this one's place before the lock was ours. */
static bool still_there(const char *path, int folder)
{
    struct stat a, b;
    return stat(path, &a) == 0 && fstat(folder, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

static bool lock_once(const char *path, const struct img_report *report, int *folder, int *lock,
                      struct img_err *err)
{
    *folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*folder < 0)
        return img_err_sys(err, errno == ENOENT ? IMG_ERR_NOT_FOUND : IMG_ERR_OUTPUT, errno,
                           "cannot open");
    *lock = openat(*folder, IMG_COLLECTION_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (*lock < 0)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot open its lock");
    return take(*lock, report, err);
}

static void let_go(int *folder, int *lock)
{
    if (*lock >= 0)
        close(*lock);
    if (*folder >= 0)
        close(*folder);
    *folder = *lock = -1;
}

bool img_collection_lock(const char *path, const struct img_report *report, int *folder, int *lock,
                         struct img_err *err)
{
    enum { TRIES = 10 };
    for (int i = 0; i < TRIES; i++) {
        *folder = *lock = -1;
        if (!lock_once(path, report, folder, lock, err)) {
            let_go(folder, lock);
            return false;
        }
        if (still_there(path, *folder))
            return true;
        let_go(folder, lock);
    }
    return img_err_set(err, IMG_ERR_CONFIG, "another process keeps replacing it");
}
