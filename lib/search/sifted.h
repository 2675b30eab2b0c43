/* Sifting reduced rows for some queries: which rows may reach a query's bar. Used for the best rows
 * and for all pairs. Not public. */
#ifndef IMG_SEARCH_SIFTED_H
#define IMG_SEARCH_SIFTED_H

#include "search/bounds.h"

/* Rows that are sifted together. */
enum { IMG_SIFT_ROWS = 64 };

/* Queries made ready, read by all threads. Zeroed is none. */
struct img_sifted_queries {
    const struct img_reduced *reduced;
    enum img_metric metric;
    size_t count, panel_count;
    struct img_reduced_query *asked; /* [count] */
    int16_t *codes;                  /* [count, depth] */
    int16_t *panels;                 /* [panel_count, depth / 2, 16, 2] */
};

/* *usable says false when a query has no bounds: nothing comes through for it. Fails with OUT_OF_MEMORY. */
IMG_CHECKED bool img_sifted_ask(struct img_sifted_queries *queries,
                                const struct img_reduced *reduced, const float *vectors,
                                size_t count, enum img_metric metric, bool *usable,
                                struct img_err *err);
void img_sifted_forget(struct img_sifted_queries *queries);

/* What one thread works with. Zeroed is closed. */
struct img_sifter {
    const struct img_sifted_queries *queries;
    const struct img_search_kernels *kernels;
    int16_t *wide;   /* [IMG_SIFT_ROWS, depth] */
    int32_t *sums;   /* [IMG_SIFT_ROWS, panel_count, 16] */
    uint16_t *masks; /* [IMG_SIFT_ROWS, panel_count] */
    float *terms;    /* [panel_count, 5, 16] */
    double *bars;    /* [count], those that terms are of */
    bool spoilt[IMG_SIFT_ROWS]; /* rows whose check failed: they come through, without bounds */
    size_t damaged;             /* how many in all */
};

IMG_CHECKED bool img_sifter_open(struct img_sifter *sifter,
                                 const struct img_sifted_queries *queries,
                                 const struct img_search_kernels *kernels, struct img_err *err);
void img_sifter_close(struct img_sifter *sifter);

/* The score that a query's rows must reach; -INFINITY lets every row through. */
void img_sifter_raise(struct img_sifter *sifter, size_t query, double bar);

/* Takes count <= IMG_SIFT_ROWS rows from in_block on; masks say then which come through (lanes beyond
 * the last query say nothing). */
void img_sifter_run(struct img_sifter *sifter, size_t block, size_t in_block, size_t count);

/* Bounds of one that came through: row r of those taken last. */
void img_sifter_bounds(const struct img_sifter *sifter, size_t block, size_t in_block, size_t r,
                       size_t query, double *lower, double *upper);

#endif
