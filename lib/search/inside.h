/* What the parts of a search share. Not public. */
#ifndef IMG_SEARCH_INSIDE_H
#define IMG_SEARCH_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/pool.h"
#include "search/score.h"
#include "search/shortlist.h"

struct img_search {
    struct img_search_options options;
    const struct img_search_kernels *kernels;
    struct img_pool *pool;
    pthread_mutex_t turn; /* one caller at a time */
};

/* What a thread works with. */
struct img_scan_thread {
    struct img_shortlist *lists; /* [query_count] */
    double *sums;                /* [query_count, IMG_SCAN_ROWS] */
    struct img_err err;
};

/* Rows that are worked through together, and rows that a thread takes at a time. */
enum { IMG_SCAN_ROWS = 64, IMG_SCAN_TURN = 1024 };

/* Some queries against all rows. */
struct img_scan {
    struct img_search *search;
    const struct img_search_request *request;
    const float *queries; /* [query_count, dimension] */
    size_t query_count;
    double *wide; /* the same in doubles, [query_count, wide_stride] */
    size_t wide_stride;
    double *squares; /* [query_count] */
    struct img_scan_thread *threads;
    unsigned thread_count;
    atomic_size_t next; /* the first row that nobody has taken */
    atomic_bool failed, stopped;
};

/* Scores rows [begin, end) exactly and offers them to the thread's lists; false with err set in
 * the thread. */
IMG_CHECKED bool img_scan_exactly(struct img_scan *scan, struct img_scan_thread *thread,
                                  size_t begin, size_t end);

static inline bool img_scan_skips(const struct img_scan *scan, size_t row)
{
    const uint8_t *skip = scan->request->skip;
    return skip && (skip[row / 8] >> (row % 8) & 1) != 0;
}

#endif
