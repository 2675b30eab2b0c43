/* Whole lines to a descriptor. */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/signals.h"

enum {
    WRITE_AT = 65536,    /* bytes that are worth a system call */
    PATIENCE_MS = 2000,  /* how long a reader may take for the rest of a line after a signal */
};

void img_output_init(struct img_output *out, int fd, const char *name)
{
    struct stat info;
    *out = (struct img_output){.fd = fd, .name = name};
    out->is_pipe = fstat(fd, &info) == 0 && S_ISFIFO(info.st_mode);
}

/* The kernel splits a long write to a full pipe, so processes that share one (xargs -P) take
 * turns by an advisory lock. Files need none. Where it cannot be had, lines are written without. */
static void lock_pipe(const struct img_output *out, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET};
    while (out->is_pipe && fcntl(out->fd, F_SETLKW, &lock) != 0 && errno == EINTR)
        if (img_signals_caught())
            return;
}

/* Waits until fd takes more. After a signal only for the rest of a line that was begun, and not for
 * ever: false then. */
static bool wait_for_room(int fd, bool line_begun)
{
    bool ending = img_signals_caught() != 0;
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    if (ending && !line_begun)
        return false;
    return poll(&room, 1, ending ? PATIENCE_MS : -1) != 0;
}

/* Takes half a line back out of a file the disk had no room for. */
static void drop_half_line(int fd, const char *bytes, size_t written)
{
    const char *last = written > 0 ? memrchr(bytes, '\n', written) : NULL;
    off_t half = (off_t)(written - (last ? (size_t)(last - bytes) + 1 : 0));
    off_t at = half > 0 ? lseek(fd, 0, SEEK_CUR) : -1;
    struct stat info;
    if (at >= half && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size == at &&
        ftruncate(fd, at - half) == 0)
        (void)lseek(fd, at - half, SEEK_SET);
}

static bool write_lines(struct img_output *out, const char *bytes, size_t len, struct img_err *err)
{
    size_t written = 0;
    bool ok = true;
    if (len == 0)
        return true;
    lock_pipe(out, F_WRLCK);
    while (ok && written < len) {
        ssize_t n = write(out->fd, bytes + written, len - written);
        if (n >= 0)
            written += (size_t)n;
        else if (errno != EINTR && errno != EAGAIN)
            ok = img_err_sys(err, errno == EPIPE ? IMG_ERR_BROKEN_PIPE : IMG_ERR_OUTPUT, errno,
                             "cannot write to %s", out->name);
        else if (!wait_for_room(out->fd, written > 0 && bytes[written - 1] != '\n'))
            ok = img_err_set(err, IMG_ERR_OUTPUT, "interrupted while writing to %s", out->name);
    }
    if (!ok)
        drop_half_line(out->fd, bytes, written);
    lock_pipe(out, F_UNLCK);
    return ok;
}

/* Writes, unless an earlier write has failed already. */
static bool write_or_break(struct img_output *out, const char *bytes, size_t len,
                           struct img_err *err)
{
    if (!out->broken && write_lines(out, bytes, len, &out->reason))
        return true;
    out->broken = true;
    *err = out->reason;
    return false;
}

bool img_output_flush(struct img_output *out, struct img_err *err)
{
    bool ok = img_buf_ok(&out->lines, err) &&
              write_or_break(out, out->lines.data, out->lines.len, err);
    img_buf_reset(&out->lines);
    return ok;
}

bool img_output_lines(struct img_output *out, const char *bytes, size_t len, struct img_err *err)
{
    if (out->lines.len > 0 && out->lines.len + len > WRITE_AT && !img_output_flush(out, err))
        return false;
    if (len < WRITE_AT) {
        img_buf_put(&out->lines, bytes, len);
        return img_buf_ok(&out->lines, err);
    }
    return write_or_break(out, bytes, len, err);
}

void img_output_clear(struct img_output *out)
{
    img_buf_clear(&out->lines);
}
