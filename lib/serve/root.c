/* Opening files beneath a folder: by openat2(2), else component by component. */
#include "serve/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { RACES = 16 }; /* times a path that changes under our feet is tried again */

static const int file_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

static int open_beneath(int folder, const char *path, int flags)
{
    struct open_how how = {.flags = (unsigned)flags,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = -1;
    for (int i = 0; i < RACES; i++) {
        fd = syscall(SYS_openat2, folder, path, &how, sizeof how);
        if (fd >= 0 || errno != EAGAIN)
            break;
    }
    return (int)fd;
}

static void cut_slashes(char *path)
{
    size_t len = strlen(path);
    while (len > 0 && path[len - 1] == '/')
        path[--len] = '\0';
}

bool img_root_open(struct img_root *root, const char *folder, struct img_err *err)
{
    *root = (struct img_root){.fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (root->fd < 0)
        return img_err_sys(err, IMG_ERR_CONFIG, errno, "root: cannot enter '%s'", folder);
    root->open = true;
    root->path = realpath(folder, NULL);
    root->given = strdup(folder);
    if (!root->path || !root->given)
        return img_err_sys(err, IMG_ERR_CONFIG, errno, "root: '%s'", folder);
    cut_slashes(root->path);
    cut_slashes(root->given);
    int probe = open_beneath(root->fd, ".", O_PATH | O_CLOEXEC);
    root->walk = probe < 0;
    if (probe >= 0)
        close(probe);
    return true;
}

static bool refuse(struct img_err *err)
{
    return img_err_set(err, IMG_ERR_PERMISSION, "not below the folder that is served");
}

/* What follows prefix and slashes in path; NULL when path is not below prefix. */
static const char *behind(const char *path, const char *prefix)
{
    size_t len = strlen(prefix);
    if (strncmp(path, prefix, len) != 0 || path[len] != '/')
        return NULL;
    return path + len + strspn(path + len, "/");
}

/* The path from the root on. */
static const char *relative(const struct img_root *root, const char *path)
{
    const char *rest;
    if (path[0] != '/')
        return path;
    rest = behind(path, root->path);
    if (!rest && root->given[0] == '/')
        rest = behind(path, root->given);
    return rest;
}

static bool has_control(const char *path, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)path[i] < 0x20 || path[i] == 0x7f)
            return true;
    return false;
}

/* A ".." needs no file system to be refused. */
static bool climbs(const char *path)
{
    while (*path) {
        size_t len = strcspn(path, "/");
        if (len == 2 && path[0] == '.' && path[1] == '.')
            return true;
        path += len + strspn(path + len, "/");
    }
    return false;
}

/* Without openat2: each folder on the way is opened from the one before, and none may be a link. */
static int open_walking(int folder, const char *path)
{
    char name[NAME_MAX + 1];
    int at = dup(folder), next;
    while (at >= 0) {
        size_t len = strcspn(path, "/");
        if (len > NAME_MAX) {
            close(at);
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(name, path, len);
        name[len] = '\0';
        path += len + strspn(path + len, "/");
        bool last = *path == '\0';
        next = openat(at, name,
                      (last ? file_flags : O_PATH | O_DIRECTORY | O_CLOEXEC) | O_NOFOLLOW);
        int reason = errno;
        struct stat info;
        /* O_PATH with O_NOFOLLOW opens a link itself, O_DIRECTORY then says it is no folder. */
        if (next < 0 && reason == ENOTDIR &&
            fstatat(at, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode))
            reason = ELOOP;
        close(at);
        errno = reason;
        if (last)
            return next;
        at = next;
    }
    return -1;
}

static bool failed(int os, struct img_err *err)
{
    switch (os) {
    case EXDEV:
    case ELOOP:
        return refuse(err);
    case ENAMETOOLONG:
    case ENOTDIR:
        return img_err_sys(err, IMG_ERR_NOT_FOUND, os, "cannot open");
    case ENXIO: /* a socket, or a device nobody drives */
        return img_err_set(err, IMG_ERR_NOT_A_FILE, "not a file");
    default:
        return img_err_sys(err, img_code_from_errno(os), os, "cannot open");
    }
}

bool img_root_file(const struct img_root *root, const char *path, size_t len, int *fd,
                   struct img_err *err)
{
    struct stat info;
    if (!root->open)
        return img_err_set(err, IMG_ERR_PERMISSION,
                           "paths are refused: the server was given no root");
    if (len >= PATH_MAX)
        return img_err_set(err, IMG_ERR_NOT_FOUND, "the path is too long");
    if (strlen(path) != len || has_control(path, len))
        return img_err_set(err, IMG_ERR_PERMISSION, "the path holds a control character");
    const char *rest = relative(root, path);
    if (!rest || climbs(rest))
        return refuse(err);
    if (*rest == '\0')
        return img_err_set(err, IMG_ERR_NOT_A_FILE, "not a file but a folder");
    *fd = root->walk ? open_walking(root->fd, rest) : open_beneath(root->fd, rest, file_flags);
    if (*fd < 0)
        return failed(errno, err);
    if (fstat(*fd, &info) == 0 && S_ISREG(info.st_mode))
        return true;
    close(*fd);
    return img_err_set(err, IMG_ERR_NOT_A_FILE, "not a file");
}

void img_root_close(struct img_root *root)
{
    if (root->open)
        close(root->fd);
    free(root->path);
    free(root->given);
    *root = (struct img_root){0};
}
