/* The scan that needs no derived file: every row in double precision. One query runs at the speed
 * of memory all the same; of many, every row is widened once for a tile of queries. */
#include "search/inside.h"

static void sum_rows(const struct img_scan *scan, const float *rows, size_t count, double *sums)
{
    const struct img_search_kernels *kernels = scan->search->kernels;
    struct img_search_product product = {
        .queries = scan->wide, .query_stride = scan->wide_stride,
        .query_count = scan->query_count, .rows = rows, .row_count = count,
        .dimension = scan->search->options.dimension, .out = sums, .out_stride = IMG_SCAN_ROWS};
    if (scan->request->metric == IMG_METRIC_EUCLIDEAN)
        kernels->gaps(&product);
    else
        kernels->dots(&product);
}

bool img_scan_exactly(struct img_scan *scan, struct img_scan_thread *thread, size_t begin,
                      size_t end)
{
    const struct img_search_options *o = &scan->search->options;
    enum img_metric metric = scan->request->metric;
    double squares[IMG_SCAN_ROWS] = {0};
    for (size_t row = begin; row < end; row += IMG_SCAN_ROWS) {
        size_t count = end - row < IMG_SCAN_ROWS ? end - row : IMG_SCAN_ROWS;
        const float *rows = o->vectors + row * o->dimension;
        if (metric == IMG_METRIC_COSINE)
            scan->search->kernels->squares(rows, count, o->dimension, squares);
        sum_rows(scan, rows, count, thread->sums);
        for (size_t q = 0; q < scan->query_count; q++) {
            /* The list may hold rows that were sifted before. */
            const struct img_scorer scorer = {img_scan_score, &(struct img_scan_query){scan, q}};
            for (size_t r = 0; r < count; r++) {
                double score = img_score_of(metric, thread->sums[q * IMG_SCAN_ROWS + r],
                                            squares[r], scan->squares[q]);
                if (!(score >= thread->lists[q].least) || img_scan_skips(scan, row + r))
                    continue;
                const struct img_candidate candidate = {row + r, score, score, true};
                if (!img_shortlist_offer(&thread->lists[q], &candidate, &scorer, &thread->err))
                    return false;
            }
        }
    }
    return true;
}
