/* A collection's folder and the right to write in it. Not public. */
#ifndef IMG_COLLECTION_LOCK_H
#define IMG_COLLECTION_LOCK_H

#include "base/err.h"
#include "base/report.h"

/* Opens the folder and takes the lock, which closing *lock gives back. On failure both are -1.
 * Fails with CONFIG when another writer has it, NOT_FOUND when there is no such folder, OUTPUT. On
 * a file system without locks it warns and goes on. */
IMG_CHECKED bool img_collection_lock(const char *path, const struct img_report *report, int *folder,
                                     int *lock, struct img_err *err);

#endif
