/* Our own locks beside LMDB's: opening and closing one at a time, and being alone. They belong to
 * the open file, end with the process however it ends, and are not taken over by a fork. */
#ifndef IMG_CACHE_LOCK_H
#define IMG_CACHE_LOCK_H

#include "base/err.h"

enum img_cache_lock {
    IMG_CACHE_LOCK_OPENING, /* held alone while an environment is opened, moved or closed */
    IMG_CACHE_LOCK_USE,     /* shared by all that have it open; alone: nobody else has */
};

/* Opens or makes the lock file. -1 and errno when it cannot. */
int img_cache_lock_open(const char *path);

/* Waits some seconds for the lock. Fails with SYSTEM. */
IMG_CHECKED bool img_cache_lock_take(int fd, enum img_cache_lock lock, bool shared,
                                     struct img_err *err);
/* Takes the lock for itself if nobody else has it (a shared one of its own may be held). */
bool img_cache_lock_alone(int fd, enum img_cache_lock lock);
/* Back to sharing, after img_cache_lock_alone(). */
void img_cache_lock_share(int fd, enum img_cache_lock lock);
void img_cache_lock_drop(int fd, enum img_cache_lock lock);

#endif
