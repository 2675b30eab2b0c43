/* Reading whole files, mapping them, and writing them so that they appear complete. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t nanoseconds(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct img_stamp img_stamp_of(const struct stat *info)
{
    return (struct img_stamp){
        .dev = info->st_dev,
        .ino = info->st_ino,
        .size = (uint64_t)info->st_size,
        .mtime_ns = nanoseconds(info->st_mtim),
        .ctime_ns = nanoseconds(info->st_ctim),
    };
}

bool img_stamp_equal(const struct img_stamp *a, const struct img_stamp *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
           a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

/* Opens a regular file for reading; O_NONBLOCK so that a FIFO is refused and not waited for. */
static int open_regular(const char *path, struct stat *info, struct img_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        img_err_sys(err, img_code_from_errno(errno), errno, "cannot open");
        return -1;
    }
    if (fstat(fd, info) != 0) {
        img_err_sys(err, IMG_ERR_READ, errno, "cannot stat");
    } else if (S_ISREG(info->st_mode)) {
        return fd;
    } else {
        img_err_set(err, IMG_ERR_NOT_A_FILE, "not a regular file%s",
                    S_ISDIR(info->st_mode) ? " (a folder)" : "");
    }
    close(fd);
    return -1;
}

bool img_file_read(const char *path, size_t limit, struct img_buf *out, struct img_err *err)
{
    struct stat info;
    int fd = open_regular(path, &info, err);
    if (fd < 0)
        return false;
    bool ok = true;
    size_t total = 0;
    for (;;) {
        size_t want = total == 0 && info.st_size > 0 ? (size_t)info.st_size + 1 : 65536;
        if (want - 1 > limit - total)
            want = limit - total + 1;
        char *room = img_buf_room(out, want);
        if (!room) {
            ok = img_buf_ok(out, err);
            break;
        }
        ssize_t n = read(fd, room, want);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            ok = img_err_sys(err, img_code_from_errno(errno), errno, "cannot read");
            break;
        }
        room[n] = '\0';
        out->len += (size_t)n;
        total += (size_t)n;
        if (total > limit) {
            ok = img_err_set(err, IMG_ERR_TOO_LARGE, "larger than %zu bytes", limit);
            break;
        }
        if (n == 0)
            break;
    }
    close(fd);
    return ok;
}

bool img_map_open(struct img_map *map, const char *path, struct img_err *err)
{
    struct stat info;
    *map = (struct img_map){0};
    int fd = open_regular(path, &info, err);
    if (fd < 0)
        return false;
    map->stamp = img_stamp_of(&info);
    bool ok = true;
    if (info.st_size > 0) {
        void *data = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
        if (data == MAP_FAILED) {
            ok = img_err_sys(err, IMG_ERR_READ, errno, "cannot map");
        } else {
            map->data = data;
            map->size = (size_t)info.st_size;
        }
    }
    close(fd);
    return ok;
}

void img_map_close(struct img_map *map)
{
    if (map->data)
        munmap((void *)(uintptr_t)map->data, map->size);
    *map = (struct img_map){0};
}

bool img_file_may_replace(const char *path, struct img_err *err)
{
    struct stat info;
    return lstat(path, &info) != 0 || S_ISREG(info.st_mode) ||
           img_err_set(err, IMG_ERR_OUTPUT, "is there and no regular file");
}

bool img_newfile_open(struct img_newfile *file, const char *path, struct img_err *err)
{
    *file = (struct img_newfile){.fd = -1};
    size_t len = strlen(path);
    file->path = strdup(path);
    file->temporary = malloc(len + 32);
    if (!file->path || !file->temporary) {
        img_newfile_abort(file);
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a file name");
    }
    for (unsigned attempt = 0; attempt < 100; attempt++) {
        snprintf(file->temporary, len + 32, "%s.%ld.%u.part", path, (long)getpid(), attempt);
        file->fd = open(file->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file->fd >= 0) {
            file->open = true;
            return true;
        }
        if (errno != EEXIST)
            break;
    }
    int os = errno;
    img_newfile_abort(file);
    return img_err_sys(err, IMG_ERR_OUTPUT, os, "cannot create");
}

bool img_write_all(int fd, const void *bytes, size_t len, struct img_err *err)
{
    const char *from = bytes;
    while (len > 0) {
        ssize_t n = write(fd, from, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return img_err_sys(err, errno == EPIPE ? IMG_ERR_BROKEN_PIPE : IMG_ERR_OUTPUT, errno,
                               "cannot write");
        from += n;
        len -= (size_t)n;
    }
    return true;
}

bool img_newfile_write(struct img_newfile *file, const void *bytes, size_t len,
                       struct img_err *err)
{
    return img_write_all(file->fd, bytes, len, err);
}

/* A rename is durable once its folder is synced; some file systems refuse to sync folders, and
 * there is nothing more to be done there. */
static void sync_folder_of(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    if (len >= sizeof folder)
        return;
    if (!slash)
        memcpy(folder, ".", 2);
    else if (len == 0)
        memcpy(folder, "/", 2);
    else {
        memcpy(folder, path, len);
        folder[len] = '\0';
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
}

bool img_newfile_commit(struct img_newfile *file, struct img_err *err)
{
    bool ok = true;
    if (fsync(file->fd) != 0)
        ok = img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot sync");
    if (close(file->fd) != 0 && ok)
        ok = img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot close");
    file->fd = -1;
    if (ok && rename(file->temporary, file->path) != 0)
        ok = img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot rename");
    if (ok) {
        sync_folder_of(file->path);
        file->open = false;
    }
    img_newfile_abort(file);
    return ok;
}

void img_newfile_abort(struct img_newfile *file)
{
    if (file->open) {
        if (file->fd >= 0)
            close(file->fd);
        unlink(file->temporary);
    }
    free(file->path);
    free(file->temporary);
    *file = (struct img_newfile){.fd = -1};
}

bool img_folder_make(const char *path, bool private_last, struct img_err *err)
{
    char part[PATH_MAX];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof part)
        return img_err_set(err, IMG_ERR_OUTPUT, "cannot create folder: name of %zu bytes", len);
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        mode_t mode = private_last && i == len ? 0700 : 0777;
        if (mkdir(part, mode) != 0 && errno != EEXIST) {
            int os = errno;
            struct stat info;
            if (stat(part, &info) != 0 || !S_ISDIR(info.st_mode))
                return img_err_sys(err, IMG_ERR_OUTPUT, os, "cannot create folder %s", part);
        }
    }
    return true;
}
