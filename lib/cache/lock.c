/* Open file description locks on the bytes of one small file. */
#include "cache/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int img_cache_lock_open(const char *path)
{
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static bool set(int fd, enum img_cache_lock lock, short type)
{
    struct flock range = {
        .l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)lock, .l_len = 1};
    return fcntl(fd, F_OFD_SETLK, &range) == 0;
}

bool img_cache_lock_take(int fd, enum img_cache_lock lock, bool shared, struct img_err *err)
{
    enum { STEP_MS = 10, WAIT_MS = 10000 };
    for (int waited = 0;; waited += STEP_MS) {
        if (set(fd, lock, shared ? F_RDLCK : F_WRLCK))
            return true;
        if ((errno != EAGAIN && errno != EACCES) || waited >= WAIT_MS)
            break;
        nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000}, NULL);
    }
    if (errno == EAGAIN || errno == EACCES)
        return img_err_set(err, IMG_ERR_SYSTEM, "another program keeps it locked");
    return img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot lock it");
}

bool img_cache_lock_alone(int fd, enum img_cache_lock lock)
{
    return set(fd, lock, F_WRLCK);
}

void img_cache_lock_share(int fd, enum img_cache_lock lock)
{
    (void)set(fd, lock, F_RDLCK);
}

void img_cache_lock_drop(int fd, enum img_cache_lock lock)
{
    (void)set(fd, lock, F_UNLCK);
}
