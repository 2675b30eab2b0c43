/* Records on standard output: buffered, written in whole lines. */
#ifndef IMG_CLI_OUTPUT_H
#define IMG_CLI_OUTPUT_H

#include "base/buf.h"

struct img_output {
    int fd;
    const char *name; /* "standard output", for messages */
    bool is_pipe;
    bool broken; /* a write failed: what is buffered is given up … */
    struct img_err reason; /* … and every later call fails with this */
    struct img_buf lines;
};

/* Writes to fd, which stays the caller's. */
void img_output_init(struct img_output *out, int fd, const char *name);

/* Takes whole lines (bytes end in '\n') and writes once enough has come together. Fails with
 * BROKEN_PIPE or OUTPUT: "cannot write to standard output: No space left on device". One thread at
 * a time. Lines of several processes that share a pipe (xargs -P) do not mix. */
IMG_CHECKED bool img_output_lines(struct img_output *out, const char *bytes, size_t len,
                                  struct img_err *err);

/* Writes what is buffered: before waiting for more input, and at the end. */
IMG_CHECKED bool img_output_flush(struct img_output *out, struct img_err *err);

/* Frees the buffer, writes nothing. */
void img_output_clear(struct img_output *out);

#endif
