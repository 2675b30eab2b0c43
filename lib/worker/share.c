/* Shared memory of a slot: sealed memfds that grow. */
#include "worker/share.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/size.h"

#define INPUT_MAX ((size_t)1 << 36) /* far above any max_file_size that makes sense */

enum {
    STEP = 65536,    /* sizes are multiples of this, and so of every page size */
    KEPT = 8u << 20, /* input memory that stays between pictures */
};

int img_share_above_std(int fd)
{
    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int os = errno;
    close(fd);
    errno = os;
    return moved;
}

/* A memfd of size bytes, mapped; the descriptor or -1. */
static int make(const char *name, size_t size, void **data, struct img_err *err)
{
    int fd = img_share_above_std(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (fd < 0) {
        img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot make shared memory");
        return -1;
    }
    if (fchmod(fd, 0600) == 0 && fallocate(fd, 0, 0, (off_t)size) == 0 &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL) == 0) {
        *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (*data != MAP_FAILED)
            return fd;
    }
    img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot prepare shared memory");
    close(fd);
    return -1;
}

bool img_share_open(struct img_share *share, struct img_err *err)
{
    void *data;
    *share = (struct img_share)IMG_SHARE_CLOSED;
    share->input_fd = make("img-input", STEP, &data, err);
    if (share->input_fd < 0)
        return false;
    share->input = data;
    share->input_size = share->input_backed = STEP;
    share->pixels_fd = make("img-pixels", IMG_WORKER_PIXELS_AT, &data, err);
    if (share->pixels_fd < 0) {
        img_share_close(share);
        return false;
    }
    share->board = data;
    share->pixels_size = IMG_WORKER_PIXELS_AT;
    return true;
}

/* Makes the memfd long enough and sure of its memory: later the lack would be a SIGBUS. */
static bool back(int fd, size_t from, size_t to, struct img_err *err)
{
    int os;
    do {
        os = fallocate(fd, 0, (off_t)from, (off_t)(to - from)) == 0 ? 0 : errno;
    } while (os == EINTR);
    if (os != 0)
        return img_err_sys(err, IMG_ERR_OUT_OF_MEMORY, os, "no memory for %zu bytes", to);
    return true;
}

/* The mapping at data, lengthened; NULL on failure, when the old one stays. */
static void *stretch(void *data, size_t have, size_t size, struct img_err *err)
{
    void *moved = mremap(data, have, size, MREMAP_MAYMOVE);
    if (moved != MAP_FAILED)
        return moved;
    img_err_sys(err, IMG_ERR_OUT_OF_MEMORY, errno, "cannot map %zu bytes", size);
    return NULL;
}

uint8_t *img_share_input(struct img_share *share, size_t capacity, struct img_err *err)
{
    if (capacity > INPUT_MAX) {
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "cannot share %zu bytes", capacity);
        return NULL;
    }
    size_t size = img_size_align(capacity, STEP);
    if (size > share->input_backed) {
        if (!back(share->input_fd, share->input_backed, size, err))
            return NULL;
        share->input_backed = size;
    }
    if (size > share->input_size) {
        uint8_t *moved = stretch(share->input, share->input_size, size, err);
        if (!moved)
            return NULL;
        share->input = moved;
        share->input_size = size;
    }
    return share->input;
}

void img_share_release(struct img_share *share)
{
    if (share->input_backed > KEPT &&
        fallocate(share->input_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, KEPT,
                  (off_t)(share->input_backed - KEPT)) == 0)
        share->input_backed = KEPT;
}

const uint8_t *img_share_pixels(struct img_share *share, size_t size, struct img_err *err)
{
    size_t whole = IMG_WORKER_PIXELS_AT + img_size_align(size, STEP);
    if (whole > share->pixels_size) {
        if (!back(share->pixels_fd, share->pixels_size, whole, err))
            return NULL;
        void *moved = stretch(share->board, share->pixels_size, whole, err);
        if (!moved)
            return NULL;
        share->board = moved;
        share->pixels_size = whole;
    }
    return (const uint8_t *)share->board + IMG_WORKER_PIXELS_AT;
}

int img_share_reader(const struct img_share *share, struct img_err *err)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", share->input_fd);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) /* no /proc here: the worker then has to be believed not to write */
        fd = fcntl(share->input_fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    fd = img_share_above_std(fd);
    if (fd < 0)
        img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot share the input");
    return fd;
}

void img_share_close(struct img_share *share)
{
    if (share->input)
        munmap(share->input, share->input_size);
    if (share->board)
        munmap(share->board, share->pixels_size);
    if (share->input_fd >= 0)
        close(share->input_fd);
    if (share->pixels_fd >= 0)
        close(share->pixels_fd);
    *share = (struct img_share)IMG_SHARE_CLOSED;
}
