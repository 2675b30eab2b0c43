/* The nearest of some centres for each of many rows, exactly: the step that k-means repeats. */
#ifndef IMG_SEARCH_ASSIGN_H
#define IMG_SEARCH_ASSIGN_H

#include "search/search.h"

struct img_assigner; /* opaque: the rows, made ready, and threads */

struct img_assigner_options {
    const float *rows; /* [count, dimension], row-major; the caller's, must outlive it */
    size_t count, dimension;
    enum img_metric metric;
    unsigned threads;     /* 0: as many as there are processors */
    const char *kernels;  /* an instruction set by name; NULL: the fastest that runs here */
    int (*stopped)(void); /* not 0: give up; may be NULL */
};

/* Fails with OUT_OF_MEMORY or SYSTEM (no such kernels, no threads). */
IMG_CHECKED bool img_assigner_open(struct img_assigner **assigner,
                                   const struct img_assigner_options *options,
                                   struct img_err *err);

/* nearest [count]: the centre of centres [centre_count, dimension] with the best score as img_score
 * gives it, the first of equals; SIZE_MAX for a row that has a score with none. scores [count], or
 * NULL: that score (NaN where there is none). Bits do not depend on threads or kernels. Fails with
 * OUT_OF_MEMORY, or SYSTEM when stopped. */
IMG_CHECKED bool img_assigner_run(struct img_assigner *assigner, const float *centres,
                                  size_t centre_count, size_t *nearest, double *scores,
                                  struct img_err *err);

void img_assigner_close(struct img_assigner *assigner);

#endif
