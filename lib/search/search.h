/* Exact search: the k best of many vectors for a query, provably those that a double-precision
 * brute force gives, found through a smaller derived copy of the vectors where there is one.
 *
 * Scores are defined in double precision: the dot product summed in a fixed order, divided for
 * cosine by both norms; for the Euclidean metric minus the distance, so that more is always better.
 * Equal scores are ordered by row. */
#ifndef IMG_SEARCH_SEARCH_H
#define IMG_SEARCH_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/report.h"

enum img_metric { IMG_METRIC_COSINE, IMG_METRIC_DOT, IMG_METRIC_EUCLIDEAN };

struct img_hit {
    size_t row;
    double score;
};

struct img_search; /* opaque */

struct img_search_options {
    const float *vectors; /* [count, dimension], row-major; the caller's, must outlive the search */
    size_t count, dimension;
    const char *folder;     /* of the collection, where the derived file lies; NULL: none is used */
    bool build;             /* a derived file that is missing or of another count is built first */
    unsigned threads;       /* 0: as many as there are processors */
    const char *kernels;    /* an instruction set by name; NULL: the fastest that runs here */
    int (*stopped)(void);   /* not 0: give up; may be NULL */
    const struct img_report *report; /* may be NULL; must outlive the search */
};

/* What is asked. */
struct img_search_request {
    const float *queries; /* [count, dimension] */
    size_t count;
    enum img_metric metric;
    size_t top_k;
    double min_score;     /* hits below are left out; -INFINITY: none */
    const uint8_t *skip;  /* a bit a row, lowest first: rows that do not count; NULL: all count */
};

/* Fails with OUT_OF_MEMORY or SYSTEM (no such kernels, no threads). A derived file that cannot be written is a note only. */
IMG_CHECKED bool img_search_open(struct img_search **search,
                                 const struct img_search_options *options, struct img_err *err);

/* hits [request->count, request->top_k], best first; found [request->count] says how many of a
 * query's hits there are. Bits do not depend on threads, kernels, or the derived file. Rows that hold
 * an infinity or no number, and under cosine a zero row, are never hits. Fails with BAD_RECORD (such a
 * query), OUT_OF_MEMORY, or SYSTEM when stopped. Several threads may ask one search; they take
 * turns. */
IMG_CHECKED bool img_search_top(struct img_search *search,
                                const struct img_search_request *request, struct img_hit *hits,
                                size_t *found, struct img_err *err);

/* scores [n] of the rows named for one query. NaN for a row that can be no hit. */
void img_search_score_rows(const struct img_search *search, const float *query,
                           enum img_metric metric, const size_t *rows, size_t n, double *scores);

void img_search_close(struct img_search *search);

/* The score of one pair of vectors [dimension], by the definition above; NaN when there is none. */
double img_score(const float *a, const float *b, size_t dimension, enum img_metric metric);

#endif
