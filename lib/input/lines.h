/* Lists and records from a descriptor, one line (or NUL-terminated name) at a time, as they
 * come. */
#ifndef IMG_INPUT_LINES_H
#define IMG_INPUT_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct img_lines {
    int fd;         /* stays the caller's */
    char end;       /* '\n' or '\0' */
    size_t limit;   /* most bytes of a line */
    uint64_t number; /* of the line given last, from 1; empty ones are counted and not given */
    struct img_buf buf;
    size_t at;   /* where the next line begins in buf */
    size_t seen; /* bytes from there on that are known to hold no end */
    bool ended;
    bool skipping; /* the rest of a line that was too long */
};

void img_lines_init(struct img_lines *lines, int fd, char end, size_t limit);

/* The next line without its end, NUL behind it, valid until the next call; *line is NULL at the end
 * of the input and when a signal to stop came. The last line may lack its end. A line is not looked
 * into: it may hold any byte but the end. Fails with TOO_LARGE for a line over the limit (the next
 * call goes on behind it), with READ, NOT_A_FILE (a folder) or OUT_OF_MEMORY for good. */
IMG_CHECKED bool img_lines_next(struct img_lines *lines, const char **line, size_t *len,
                                struct img_err *err);

/* True when the next line is already here, so that img_lines_next() will not wait. Else it is time
 * to flush what was written. */
bool img_lines_ready(struct img_lines *lines);

void img_lines_clear(struct img_lines *lines);

#endif
