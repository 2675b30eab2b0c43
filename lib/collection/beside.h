/* A file of a collection written beside its final name, then put in its place. The name of the
 * unfinished one is fixed, since only the holder of the lock writes: a killed one leaves no litter
 * that piles up. Not public. */
#ifndef IMG_COLLECTION_BESIDE_H
#define IMG_COLLECTION_BESIDE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { IMG_BESIDE_NAME = 64 };

struct img_beside {
    int folder; /* the caller's */
    int fd;     /* -1: closed */
    char name[IMG_BESIDE_NAME];
    char unfinished[IMG_BESIDE_NAME + 8];
};

/* Opens name.part in folder, empty, for reading and writing. Fails with OUTPUT. */
IMG_CHECKED bool img_beside_open(struct img_beside *file, int folder, const char *name,
                                 struct img_err *err);

/* Syncs it, renames it to its name and syncs the folder. The descriptor stays open when keep is not
 * NULL and is then *keep. On failure the unfinished file is gone. */
IMG_CHECKED bool img_beside_commit(struct img_beside *file, int *keep, struct img_err *err);
void img_beside_abort(struct img_beside *file);

/* pwrite(2) until all is written, pread(2) until all is read. Fail with OUTPUT, and with BAD_RECORD
 * where the file ends before. */
IMG_CHECKED bool img_write_at(int fd, const void *bytes, size_t len, uint64_t offset,
                              struct img_err *err);
IMG_CHECKED bool img_read_at(int fd, void *bytes, size_t len, uint64_t offset,
                             struct img_err *err);

#endif
