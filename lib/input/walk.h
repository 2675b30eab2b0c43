/* Every regular file below a folder: depth first, the names of a folder sorted bytewise, paths as
 * find(1) prints them. Symbolic links below the folder are not followed. */
#ifndef IMG_INPUT_WALK_H
#define IMG_INPUT_WALK_H

#include <stddef.h>

#include "base/err.h"

enum {
    IMG_WALK_NAMES = 64 << 20, /* entries of one folder */
    IMG_WALK_DEPTH = 2048,     /* folders within folders; PATH_MAX ends it sooner */
};

struct img_walk;

/* Starts at path, which may end in '/'. deep: folders below are walked too, else passed over. NULL:
 * OUT_OF_MEMORY. */
IMG_CHECKED struct img_walk *img_walk_new(const char *path, bool deep, struct img_err *err);

/* The next file's path, valid until the next call; NULL at the end. Memory grows with the largest
 * folders on the way down, not with the number of files. Fails with NOT_FOUND, PERMISSION, READ …
 * when a folder (then *path) cannot be read, TOO_LARGE over a ceiling; the next call goes on behind
 * it. With OUT_OF_MEMORY *path is NULL and the walk is over. */
IMG_CHECKED bool img_walk_next(struct img_walk *walk, const char **path, struct img_err *err);

void img_walk_free(struct img_walk *walk);

#endif
