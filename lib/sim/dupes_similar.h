/* The weakest tier: pictures whose embeddings are near, every two in a group. */
#ifndef IMG_SIM_DUPES_SIMILAR_H
#define IMG_SIM_DUPES_SIMILAR_H

#include "base/report.h"
#include "sim/dupes_looks.h"

/* Pairs that may be held at once, 16 bytes each. */
enum { IMG_DUPES_PAIRS_MAX = 1 << 26 };

struct img_dupes_similar_options {
    struct img_dupes_vectors vectors;
    size_t count; /* rows of the source */
    double threshold;
    unsigned threads;
    int (*stopped)(void);
    const struct img_report *report; /* may be NULL */
};

/* Groups standing rows by complete-link clustering. More than 200,000 of them are compared all
 * the same: what it will take is said before. Fails with TOO_LARGE when too many pairs are over
 * the threshold, with OUT_OF_MEMORY, or SYSTEM when stopped. */
IMG_CHECKED bool img_dupes_find_similar(struct img_dupes *dupes,
                                        const struct img_dupes_similar_options *options,
                                        struct img_err *err);

#endif
