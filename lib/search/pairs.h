/* All pairs of a set of vectors that are alike: exact, in a fixed order, streamed. */
#ifndef IMG_SEARCH_PAIRS_H
#define IMG_SEARCH_PAIRS_H

#include "search/search.h"

/* first < second; score as img_score gives it for cosine. */
struct img_pair {
    size_t first, second;
    double score;
};

struct img_pairs_options {
    const float *vectors; /* [count, dimension], of any length */
    size_t count, dimension;
    double threshold;     /* pairs whose cosine is at least this */
    const uint8_t *skip;  /* a bit a row, lowest first: rows that do not count; NULL: all count */
    unsigned threads;     /* 0: as many as there are processors */
    const char *kernels;  /* an instruction set by name; NULL: the fastest that runs here */
    int (*stopped)(void); /* not 0: give up; may be NULL */
    /* The caller's, told now and then which share of the pairs is done; may be NULL. */
    void (*progress)(void *ctx, double share);
    /* Takes a pair, in the order of first, then of second; false, with err set, ends the search. */
    bool (*pair)(void *ctx, const struct img_pair *pair, struct img_err *err);
    void *ctx;
};

/* Both functions are called on the calling thread. Rows without a direction (zero, or not finite)
 * are in no pair. Memory: a reduced copy of the vectors (a byte an element), and some megabytes,
 * however many pairs there are. Work: count² / 2 * dimension products of small integers. Fails with
 * what pair fails with, OUT_OF_MEMORY, or SYSTEM (no such kernels, no threads, stopped). */
IMG_CHECKED bool img_pairs_find(const struct img_pairs_options *options, struct img_err *err);

#endif
