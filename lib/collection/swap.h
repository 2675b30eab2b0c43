/* Putting a finished sibling in a collection's place. Not public. */
#ifndef IMG_COLLECTION_SWAP_H
#define IMG_COLLECTION_SWAP_H

#include <limits.h>

#include "base/err.h"
#include "base/report.h"

/* The siblings of a collection X: X.partial is being built (after an exchange: is the old one,
 * being deleted); X.before is the old one between two renames. */
struct img_swap {
    char folder[PATH_MAX]; /* without links in it */
    char partial[PATH_MAX];
    char before[PATH_MAX];
};

/* Fails with NOT_FOUND when there is no such folder, OUTPUT when the names get too long. */
IMG_CHECKED bool img_swap_names(struct img_swap *swap, const char *folder, struct img_err *err);

/* Partial takes the folder's place, and the folder that of partial: in one step with exchange,
 * which OUTPUT says the file system lacks (err->os EINVAL or ENOSYS); else in three renames. */
IMG_CHECKED bool img_swap_do(const struct img_swap *swap, bool exchange, struct img_err *err);

/* Where three renames were interrupted there is no folder, but both siblings: puts the old one
 * back and says so. */
IMG_CHECKED bool img_collection_finish_swap(const char *folder, const struct img_report *report,
                                            struct img_err *err);

#endif
