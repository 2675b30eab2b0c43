/* A picture's bytes, from a file or from a descriptor such as standard input. */
#ifndef IMG_INPUT_BYTES_H
#define IMG_INPUT_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

/* A regular file, opened for reading once. Zeroed is closed. */
struct img_input_file {
    bool open;
    int fd;
    size_t size;   /* bytes when it was opened */
    size_t room;   /* bytes of memory img_input_read() wants */
    struct img_stamp stamp;
};

/* Opens without ever blocking. Fails with NOT_FOUND, PERMISSION, NOT_A_FILE (folders, FIFOs,
 * devices, sockets), READ, or TOO_LARGE above limit bytes. The text does not name the path. */
IMG_CHECKED bool img_input_open(struct img_input_file *file, const char *path, uint64_t limit,
                                struct img_err *err);

/* The same for a descriptor that is open for reading; it is the file's from then on, also on
 * failure. */
IMG_CHECKED bool img_input_take(struct img_input_file *file, int fd, uint64_t limit,
                                struct img_err *err);

/* Reads it all into bytes, which has file->room bytes; *len is what it held. Fails with READ, also
 * when the file changed meanwhile (size or mtime). */
IMG_CHECKED bool img_input_read(struct img_input_file *file, unsigned char *bytes, size_t *len,
                                struct img_err *err);

void img_input_close(struct img_input_file *file);

/* Appends all that fd gives, up to limit bytes; fd stays open. Fails with TOO_LARGE, READ,
 * NOT_A_FILE (a folder), OUT_OF_MEMORY; with READ when a signal to stop came. */
IMG_CHECKED bool img_input_drain(int fd, uint64_t limit, struct img_buf *out, struct img_err *err);

#endif
