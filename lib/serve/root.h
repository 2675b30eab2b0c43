/* The folder that image paths in requests are held to. Nothing outside it is opened, whatever a path
 * says and whatever links lie on the way. */
#ifndef IMG_SERVE_ROOT_H
#define IMG_SERVE_ROOT_H

#include <stddef.h>

#include "base/err.h"

/* Zeroed: there is none, and every path is refused. */
struct img_root {
    bool open;
    int fd;
    char *path;  /* real, absolute, without a slash at its end ("" for /) */
    char *given; /* as it was given, likewise without slashes at its end */
    bool walk;   /* the kernel has no openat2(2): folders are entered one by one, links refused */
};

/* Fails with CONFIG when folder is none that can be entered. */
IMG_CHECKED bool img_root_open(struct img_root *root, const char *folder, struct img_err *err);

/* Opens a regular file for reading, never waiting for one that is none. path[len] is relative to the
 * root, or absolute and begins with it. Fails with PERMISSION (it leads out of the root, or may not be
 * read), NOT_FOUND, NOT_A_FILE or READ. *fd is the caller's. */
IMG_CHECKED bool img_root_file(const struct img_root *root, const char *path, size_t len, int *fd,
                               struct img_err *err);

void img_root_close(struct img_root *root);

#endif
