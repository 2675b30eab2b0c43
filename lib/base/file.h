/* Files: read whole, mapped, or made so that they appear complete or not at all. */
#ifndef IMG_BASE_FILE_H
#define IMG_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct stat;

/* What tells whether a file is still the one it was. Times in nanoseconds since the epoch. */
struct img_stamp {
    uint64_t dev, ino, size;
    int64_t mtime_ns, ctime_ns;
};

struct img_stamp img_stamp_of(const struct stat *info);
bool img_stamp_equal(const struct img_stamp *a, const struct img_stamp *b);

/* Appends the whole regular file to out. Fails with what open or read said (NOT_FOUND, PERMISSION,
 * NOT_A_FILE, READ) or with TOO_LARGE above limit bytes; the text names the reason, not the path. */
IMG_CHECKED bool img_file_read(const char *path, size_t limit, struct img_buf *out,
                               struct img_err *err);

/* A read-only mapping of a whole regular file. Zeroed is closed. An empty file has data NULL. */
struct img_map {
    const unsigned char *data;
    size_t size;
    struct img_stamp stamp;
};

IMG_CHECKED bool img_map_open(struct img_map *map, const char *path, struct img_err *err);
void img_map_close(struct img_map *map);

/* A rename would put a file in the place of /dev/null or of a link, and nobody meant that: false
 * with OUTPUT when something is there that is no regular file. */
IMG_CHECKED bool img_file_may_replace(const char *path, struct img_err *err);

/* A file being written beside its final name. Zeroed is closed. */
struct img_newfile {
    int fd;
    bool open;
    char *path;
    char *temporary;
};

/* Creates path's temporary sibling (mode 0666 less umask). Fails with OUTPUT. */
IMG_CHECKED bool img_newfile_open(struct img_newfile *file, const char *path, struct img_err *err);
IMG_CHECKED bool img_newfile_write(struct img_newfile *file, const void *bytes, size_t len,
                                   struct img_err *err);
/* Syncs, renames to the final name, syncs the folder, closes. On failure the temporary is gone. */
IMG_CHECKED bool img_newfile_commit(struct img_newfile *file, struct img_err *err);
/* Drops what was written; nothing on a closed one. */
void img_newfile_abort(struct img_newfile *file);

/* write(2) until all is written. Fails with BROKEN_PIPE or OUTPUT. */
IMG_CHECKED bool img_write_all(int fd, const void *bytes, size_t len, struct img_err *err);

/* Makes a folder and its parents (mode 0777 less umask, the last one 0700 when private). */
IMG_CHECKED bool img_folder_make(const char *path, bool private_last, struct img_err *err);

#endif
