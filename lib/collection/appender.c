/* Files that only grow. They are read with pread and never mapped, so that a file which someone
 * else cut short is an error and not a signal. */
#include "collection/appender.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collection/beside.h"
#include "collection/manifest.h"

enum { PENDING_MAX = 256 << 10, WINDOW = 16 << 10, JUMP = 1 << 10 };

bool img_appender_open(struct img_appender *file, int folder, const char *name, uint64_t len,
                       struct img_err *err)
{
    struct stat info;
    *file = (struct img_appender){.fd = -1, .name = name, .written = len};
    file->pending.limit = PENDING_MAX + IMG_COLLECTION_RECORD_MAX + 1;
    file->fd = openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    if (file->fd < 0 || fstat(file->fd, &info) != 0)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "%s: cannot open", name);
    if (!S_ISREG(info.st_mode))
        return img_err_set(err, IMG_ERR_BAD_RECORD, "%s: not a regular file", name);
    if ((uint64_t)info.st_size < len)
        return img_err_set(err, IMG_ERR_BAD_RECORD,
                           "%s: has %llu bytes where " IMG_COLLECTION_MANIFEST " counts %llu", name,
                           (unsigned long long)info.st_size, (unsigned long long)len);
    return true;
}

bool img_appender_cut(struct img_appender *file, uint64_t len, struct img_err *err)
{
    struct stat info;
    if (fstat(file->fd, &info) != 0)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "%s: cannot stat", file->name);
    if ((uint64_t)info.st_size > len && ftruncate(file->fd, (off_t)len) != 0)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "%s: cannot truncate", file->name);
    file->written = len;
    file->window_len = 0;
    return true;
}

uint64_t img_appender_len(const struct img_appender *file)
{
    return file->written + file->pending.len;
}

bool img_appender_put(struct img_appender *file, const void *bytes, size_t len,
                      struct img_err *err)
{
    if (file->pending.len > PENDING_MAX && !img_appender_flush(file, err))
        return false;
    img_buf_put(&file->pending, bytes, len);
    return img_buf_ok(&file->pending, err) || img_err_in(err, "%s", file->name);
}

bool img_appender_flush(struct img_appender *file, struct img_err *err)
{
    if (file->pending.len == 0)
        return true;
    if (!img_write_at(file->fd, file->pending.data, file->pending.len, file->written, err))
        return img_err_in(err, "%s", file->name);
    file->written += file->pending.len;
    file->unsynced = true;
    img_buf_reset(&file->pending);
    return true;
}

bool img_appender_sync(struct img_appender *file, struct img_err *err)
{
    if (file->unsynced && fdatasync(file->fd) != 0)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "%s: cannot sync", file->name);
    file->unsynced = false;
    return true;
}

static bool window_room(struct img_appender *file, size_t len, struct img_err *err)
{
    size_t cap = len > WINDOW ? len : WINDOW;
    if (cap <= file->window_cap)
        return true;
    if (cap > IMG_COLLECTION_RECORD_MAX)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "%s: a line of %zu bytes", file->name, len);
    char *window = realloc(file->window, cap);
    if (!window)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a line");
    file->window = window;
    file->window_cap = cap;
    return true;
}

/* Reads far ahead where it goes on from what was read last, as most walks over a collection do. */
static bool window_fill(struct img_appender *file, uint64_t offset, size_t len,
                        struct img_err *err)
{
    uint64_t there = file->written - offset;
    bool goes_on = offset >= file->window_at && offset - file->window_at <= 2 * WINDOW;
    size_t ahead = goes_on ? WINDOW : JUMP;
    file->window_len = 0;
    if (!window_room(file, len, err))
        return false;
    size_t want = len > ahead ? len : ahead;
    if (want > there)
        want = (size_t)there;
    if (!img_read_at(file->fd, file->window, want, offset, err))
        return img_err_in(err, "%s", file->name);
    file->window_at = offset;
    file->window_len = want;
    return true;
}

bool img_appender_get(struct img_appender *file, uint64_t offset, size_t len, const char **bytes,
                      struct img_err *err)
{
    uint64_t end = img_appender_len(file);
    if (offset > end || len > end - offset)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "%s: nothing at byte %llu", file->name,
                           (unsigned long long)offset);
    if (offset >= file->written) {
        *bytes = file->pending.data ? file->pending.data + (offset - file->written) : "";
        return true;
    }
    if (len > file->written - offset)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "%s: no record at byte %llu", file->name,
                           (unsigned long long)offset);
    bool inside = file->window_len > 0 && offset >= file->window_at &&
                  offset - file->window_at <= file->window_len &&
                  len <= file->window_len - (size_t)(offset - file->window_at);
    if (!inside && !window_fill(file, offset, len, err))
        return false;
    *bytes = file->window + (offset - file->window_at);
    return true;
}

void img_appender_close(struct img_appender *file)
{
    if (file->name && file->fd >= 0)
        close(file->fd);
    img_buf_clear(&file->pending);
    free(file->window);
    *file = (struct img_appender){.fd = -1};
}
