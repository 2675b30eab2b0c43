/* What the parts of a search share. Not public. */
#ifndef IMG_SEARCH_INSIDE_H
#define IMG_SEARCH_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/pool.h"
#include "search/score.h"
#include "search/shortlist.h"
#include "search/derived.h"
#include "search/sifted.h"

struct img_search {
    struct img_search_options options;
    char *folder; /* options.folder, our own */
    const struct img_search_kernels *kernels;
    struct img_pool *pool;
    pthread_mutex_t turn; /* one caller at a time */
    struct img_derived derived;
};

/* What a thread works with. */
struct img_scan_thread {
    struct img_shortlist *lists; /* [query_count] */
    double *sums;                /* [query_count, IMG_SCAN_ROWS] */
    struct img_sifter sifter;
    struct img_err err;
};

/* Rows that are worked through together, and rows that a thread takes at a time. */
enum { IMG_SCAN_ROWS = IMG_SIFT_ROWS, IMG_SCAN_TURN = IMG_REDUCED_BLOCK };

/* Some queries against all rows. */
struct img_scan {
    struct img_search *search;
    const struct img_search_request *request;
    const float *queries; /* [query_count, dimension] */
    size_t query_count;
    struct img_hit *hits; /* [query_count, request->top_k] */
    size_t *found;        /* [query_count] */
    double *wide; /* the same in doubles, [query_count, wide_stride] */
    size_t wide_stride;
    double *squares; /* [query_count] */
    size_t sifted_rows;                /* the first ones, which the derived file has */
    struct img_sifted_queries sifted;
    _Atomic double *bars;              /* [query_count], the highest of all threads */
    struct img_scan_thread *threads;
    unsigned thread_count;
    atomic_size_t next; /* the first row that nobody has taken */
    atomic_bool failed, stopped, misjudged;
};

/* One of the queries, and the exact score of a row for it (of a struct img_scan_query). */
struct img_scan_query {
    struct img_scan *scan;
    size_t query;
};
double img_scan_score(void *scan_query, size_t row);

/* Scores rows [begin, end) exactly and offers them to the thread's lists; false with err set in
 * the thread. */
IMG_CHECKED bool img_scan_exactly(struct img_scan *scan, struct img_scan_thread *thread,
                                  size_t begin, size_t end);

/* The same through the derived file, for rows of one block of it. */
IMG_CHECKED bool img_scan_sifting(struct img_scan *scan, struct img_scan_thread *thread,
                                  size_t begin, size_t end);

static inline bool img_scan_skips(const struct img_scan *scan, size_t row)
{
    const uint8_t *skip = scan->request->skip;
    return skip && (skip[row / 8] >> (row % 8) & 1) != 0;
}

#endif
