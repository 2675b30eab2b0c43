/* From what happened to the exit status; the one place that decides it. */
#ifndef IMG_CLI_EXIT_H
#define IMG_CLI_EXIT_H

#include <stddef.h>

#include "base/err.h"

/* Inputs counted by the records they gave. */
struct img_tally {
    size_t worked;
    size_t failed;
};

/* ok: the program ran to its end (or had only --help to print). Else err says why not; a code of
 * IMG_OK in it means that nothing went wrong. */
int img_exit_status(bool ok, const struct img_tally *tally, const struct img_err *err);

#endif
