/* The tier of the same picture in another file: re-encoded, resized, lightly cropped, turned or
 * mirrored. */
#ifndef IMG_SIM_DUPES_LOOKS_H
#define IMG_SIM_DUPES_LOOKS_H

#include "sim/dupes_groups.h"

/* Where the embeddings lie that confirm what the looks suggest. */
struct img_dupes_vectors {
    const float *vectors; /* [.., dimension], by the source's rows */
    size_t dimension;
};

struct img_dupes_looks_options {
    struct img_dupes_vectors vectors;
    int (*stopped)(void); /* not 0: give up; may be NULL */
};

/* Each standing row, in the order in which they would be kept, takes those after it that look
 * like it. So each member was compared with the one that is kept, and a chain of small changes
 * does not become one group. Looks are compared only where the mean colours are at most a step
 * of 8 levels apart: they are laid out by that colour. Fails with OUT_OF_MEMORY, or SYSTEM when
 * stopped. */
IMG_CHECKED bool img_dupes_find_looks(struct img_dupes *dupes,
                                      const struct img_dupes_looks_options *options,
                                      struct img_err *err);

/* Whether another picture looks like the one whose eight orientations turned holds. Fills
 * member's distance and orientation. */
bool img_dupes_looks_same(const struct img_look turned[8], const struct img_look *other,
                          struct img_dupes_member *member);

/* The cosine that their embeddings must have then. */
double img_dupes_least_cosine(const struct img_look *a, const struct img_look *b,
                              const struct img_dupes_member *member);

#endif
