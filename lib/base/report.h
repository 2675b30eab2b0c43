/* How the library says something without printing: the caller hands in where lines go.
 * A zeroed struct img_report swallows everything. */
#ifndef IMG_BASE_REPORT_H
#define IMG_BASE_REPORT_H

#include "base/err.h"

enum img_level {
    IMG_WARNING, /* always worth a line on stderr, unless --quiet */
    IMG_NOTE,    /* with --verbose */
    IMG_DEBUG,   /* with --debug */
};

struct img_report {
    void (*line)(void *ctx, enum img_level level, const char *text);
    void *ctx;
};

/* Formats a line (without newline; cut at 1023 bytes) and hands it on. report may be NULL. */
void img_report(const struct img_report *report, enum img_level level, const char *fmt, ...)
    IMG_PRINTF(3, 4);

#endif
