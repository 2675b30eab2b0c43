/* Writing a file beside its final name, within a folder that is held open. */
#include "collection/beside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

bool img_beside_open(struct img_beside *file, int folder, const char *name, struct img_err *err)
{
    *file = (struct img_beside){.folder = folder, .fd = -1};
    snprintf(file->name, sizeof file->name, "%s", name);
    snprintf(file->unfinished, sizeof file->unfinished, "%s.part", name);
    file->fd = openat(folder, file->unfinished, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                      0666);
    if (file->fd < 0)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "%s: cannot create", file->unfinished);
    return true;
}

bool img_beside_commit(struct img_beside *file, int *keep, struct img_err *err)
{
    if (fsync(file->fd) != 0) {
        img_err_sys(err, IMG_ERR_OUTPUT, errno, "%s: cannot sync", file->unfinished);
    } else if (renameat(file->folder, file->unfinished, file->folder, file->name) != 0) {
        img_err_sys(err, IMG_ERR_OUTPUT, errno, "%s: cannot rename", file->unfinished);
    } else {
        /* Some file systems refuse to sync a folder; nothing more can be done there. */
        (void)fsync(file->folder);
        if (keep)
            *keep = file->fd;
        else
            close(file->fd);
        file->fd = -1;
        return true;
    }
    img_beside_abort(file);
    return false;
}

void img_beside_abort(struct img_beside *file)
{
    if (file->fd < 0 || file->name[0] == '\0')
        return;
    close(file->fd);
    file->fd = -1;
    (void)unlinkat(file->folder, file->unfinished, 0);
}

bool img_write_at(int fd, const void *bytes, size_t len, uint64_t offset, struct img_err *err)
{
    const char *from = bytes;
    while (len > 0) {
        ssize_t n = pwrite(fd, from, len, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot write");
        from += n;
        len -= (size_t)n;
        offset += (uint64_t)n;
    }
    return true;
}

bool img_read_at(int fd, void *bytes, size_t len, uint64_t offset, struct img_err *err)
{
    char *to = bytes;
    while (len > 0) {
        ssize_t n = pread(fd, to, len, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot read");
        if (n == 0)
            return img_err_set(err, IMG_ERR_BAD_RECORD, "ends %zu bytes too early", len);
        to += n;
        len -= (size_t)n;
        offset += (uint64_t)n;
    }
    return true;
}
