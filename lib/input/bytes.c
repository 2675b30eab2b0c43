/* Reading pictures. */
#include "input/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/signals.h"

enum { PIECE = 65536 };

static const char *kind_of(mode_t mode)
{
    return S_ISDIR(mode)    ? "a folder"
           : S_ISFIFO(mode) ? "a FIFO"
           : S_ISSOCK(mode) ? "a socket"
                            : "a device";
}

static bool check(struct img_input_file *file, uint64_t limit, struct img_err *err)
{
    struct stat info;
    if (fstat(file->fd, &info) != 0)
        return img_err_sys(err, IMG_ERR_READ, errno, "cannot stat");
    if (!S_ISREG(info.st_mode))
        return img_err_set(err, IMG_ERR_NOT_A_FILE, "not a file but %s", kind_of(info.st_mode));
    file->stamp = img_stamp_of(&info);
    if (file->stamp.size > limit || file->stamp.size > SIZE_MAX / 2)
        return img_err_set(err, IMG_ERR_TOO_LARGE, "%llu bytes, more than max_file_size (%llu)",
                           (unsigned long long)file->stamp.size, (unsigned long long)limit);
    file->size = (size_t)file->stamp.size;
    file->room = file->size + 1;
    return true;
}

bool img_input_open(struct img_input_file *file, const char *path, uint64_t limit,
                    struct img_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    *file = (struct img_input_file){0};
    if (fd < 0)
        return img_err_sys(err, img_code_from_errno(errno), errno, "cannot open");
    return img_input_take(file, fd, limit, err);
}

bool img_input_take(struct img_input_file *file, int fd, uint64_t limit, struct img_err *err)
{
    *file = (struct img_input_file){.open = true, .fd = fd};
    if (check(file, limit, err))
        return true;
    img_input_close(file);
    return false;
}

bool img_input_read(struct img_input_file *file, unsigned char *bytes, size_t *len,
                    struct img_err *err)
{
    size_t have = 0;
    while (have < file->room) {
        ssize_t n = read(file->fd, bytes + have, file->room - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return img_err_sys(err, img_code_from_errno(errno), errno, "cannot read");
        if (n == 0)
            break;
        have += (size_t)n;
    }
    struct stat info;
    if (fstat(file->fd, &info) != 0)
        return img_err_sys(err, IMG_ERR_READ, errno, "cannot stat");
    struct img_stamp now = img_stamp_of(&info);
    if (have != file->size || now.size != file->stamp.size || now.mtime_ns != file->stamp.mtime_ns)
        return img_err_set(err, IMG_ERR_READ, "changed while it was read");
    *len = have;
    return true;
}

void img_input_close(struct img_input_file *file)
{
    if (file->open)
        close(file->fd);
    *file = (struct img_input_file){0};
}

bool img_input_drain(int fd, uint64_t limit, struct img_buf *out, struct img_err *err)
{
    size_t start = out->len;
    for (;;) {
        char *room = img_buf_room(out, PIECE);
        if (!room)
            return img_buf_ok(out, err);
        ssize_t n = read(fd, room, PIECE);
        if (n < 0 && errno == EINTR && !img_signals_caught())
            continue;
        if (n < 0)
            return img_err_sys(err, img_code_from_errno(errno), errno, "cannot read");
        room[n] = '\0';
        if (n == 0)
            return true;
        out->len += (size_t)n;
        if (out->len - start > limit)
            return img_err_set(err, IMG_ERR_TOO_LARGE, "more than max_file_size (%llu bytes)",
                               (unsigned long long)limit);
    }
}
