/* --joblog: a line an input, separated by tabs, for those who watch or audit a long job. */
#ifndef IMG_PIPELINE_JOBLOG_H
#define IMG_PIPELINE_JOBLOG_H

#include "cli/output.h"
#include "pipeline/item.h"

struct img_joblog {
    bool open;
    int fd;
    struct img_output lines;
};

/* Appends to the file; path NULL: none is kept. A new file begins with a line of column names. Fails
 * with OUTPUT. */
IMG_CHECKED bool img_joblog_open(struct img_joblog *joblog, const char *path, struct img_err *err);

/* seq, time it ended (seconds since the epoch), seconds it took, error_code or "ok", cached, path
 * with tabs, newlines and backslashes escaped. */
IMG_CHECKED bool img_joblog_put(struct img_joblog *joblog, const struct img_item *item, size_t index,
                                struct img_err *err);

void img_joblog_close(struct img_joblog *joblog);

#endif
