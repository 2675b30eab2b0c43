/* The k best rows of each query: threads take rows in turn, keep a short list a query each, and the
 * lists are joined at the end. Which thread saw which row does not show in the result, since each
 * list holds every row that may matter and the last word is the exact score. */
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "search/inside.h"

/* Queries that are worked through together: the rows are read once for all of them. */
enum { QUERIES_MAX = 256 };
/* About how much memory short lists may take before fewer queries are taken at a time. */
#define LISTS_BYTES ((size_t)256 << 20)

double img_scan_score(void *scan_query, size_t row)
{
    const struct img_scan_query *of = scan_query;
    const struct img_scan *scan = of->scan;
    const struct img_search *s = scan->search;
    size_t dimension = s->options.dimension;
    return img_score_pair(s->kernels, s->options.vectors + row * dimension,
                          scan->queries + of->query * dimension, scan->squares[of->query],
                          dimension, scan->request->metric);
}

static bool scan_turn(struct img_scan *scan, struct img_scan_thread *thread, size_t begin,
                      size_t end)
{
    size_t sifted = scan->sifted_rows <= begin ? begin
                    : scan->sifted_rows < end  ? scan->sifted_rows
                                               : end;
    return (begin == sifted || img_scan_sifting(scan, thread, begin, sifted)) &&
           (sifted == end || img_scan_exactly(scan, thread, sifted, end));
}

static void scan_rows(void *ctx, unsigned index, unsigned threads)
{
    struct img_scan *scan = ctx;
    struct img_scan_thread *thread = &scan->threads[index];
    const struct img_search_options *o = &scan->search->options;
    (void)threads;
    while (!atomic_load_explicit(&scan->failed, memory_order_relaxed)) {
        size_t begin = atomic_fetch_add(&scan->next, IMG_SCAN_TURN);
        if (begin >= o->count)
            return;
        if (o->stopped && o->stopped() != 0)
            atomic_store(&scan->stopped, true);
        size_t end = o->count - begin < IMG_SCAN_TURN ? o->count : begin + IMG_SCAN_TURN;
        if (atomic_load(&scan->stopped) || !scan_turn(scan, thread, begin, end))
            atomic_store(&scan->failed, true);
    }
}

static bool join_query(struct img_scan *scan, size_t query, struct img_hit *hits, size_t *found,
                       struct img_err *err)
{
    const struct img_scorer scorer = {img_scan_score, &(struct img_scan_query){scan, query}};
    struct img_shortlist *list = &scan->threads[0].lists[query];
    for (unsigned t = 1; t < scan->thread_count; t++) {
        const struct img_shortlist *other = &scan->threads[t].lists[query];
        list->least = fmax(list->least, other->least);
        list->misjudged |= other->misjudged;
        for (size_t i = 0; i < other->count; i++)
            if (!img_shortlist_offer(list, &other->candidates[i], &scorer, err))
                return false;
    }
    img_shortlist_settle(list, &scorer);
    *found = list->count;
    for (size_t i = 0; i < list->count; i++)
        hits[i] = (struct img_hit){list->candidates[i].row, list->candidates[i].lower};
    if (list->misjudged)
        atomic_store(&scan->misjudged, true);
    return true;
}

static void join_some(void *ctx, unsigned index, unsigned threads)
{
    struct img_scan *scan = ctx;
    size_t top_k = scan->request->top_k;
    for (size_t q = index; q < scan->query_count; q += threads)
        if (!join_query(scan, q, scan->hits + q * top_k, &scan->found[q],
                        &scan->threads[index].err))
            atomic_store(&scan->failed, true);
}

static void close_scan(struct img_scan *scan)
{
    for (unsigned t = 0; scan->threads && t < scan->thread_count; t++) {
        struct img_scan_thread *thread = &scan->threads[t];
        for (size_t q = 0; thread->lists && q < scan->query_count; q++)
            img_shortlist_clear(&thread->lists[q]);
        free(thread->lists);
        free(thread->sums);
        img_sifter_close(&thread->sifter);
    }
    free(scan->threads);
    free(scan->wide);
    free(scan->squares);
    free(scan->bars);
    img_sifted_forget(&scan->sifted);
}

static bool widen_queries(struct img_scan *scan, struct img_err *err)
{
    size_t dimension = scan->search->options.dimension, size;
    scan->wide_stride = img_size_align(dimension, IMG_SEARCH_LANES);
    scan->wide = img_size_mul(scan->query_count, scan->wide_stride, &size)
                     ? calloc(size ? size : 1, sizeof *scan->wide)
                     : NULL;
    scan->squares = calloc(scan->query_count, sizeof *scan->squares);
    if (!scan->wide || !scan->squares)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for queries");
    for (size_t q = 0; q < scan->query_count; q++) {
        const float *query = scan->queries + q * dimension;
        scan->squares[q] = scan->search->kernels->dot(query, query, dimension);
        for (size_t i = 0; i < dimension; i++)
            scan->wide[q * scan->wide_stride + i] = (double)query[i];
    }
    return true;
}

static bool open_scan(struct img_scan *scan, size_t keep, struct img_err *err)
{
    scan->thread_count = img_pool_threads(scan->search->pool);
    scan->threads = calloc(scan->thread_count, sizeof *scan->threads);
    if (!scan->threads)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a search");
    for (unsigned t = 0; t < scan->thread_count; t++) {
        struct img_scan_thread *thread = &scan->threads[t];
        thread->lists = calloc(scan->query_count, sizeof *thread->lists);
        thread->sums = calloc(scan->query_count * IMG_SCAN_ROWS, sizeof *thread->sums);
        if (!thread->lists || !thread->sums)
            return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a search");
        for (size_t q = 0; q < scan->query_count; q++)
            img_shortlist_init(&thread->lists[q], keep, scan->request->min_score);
    }
    return widen_queries(scan, err);
}

/* Makes the derived file ready for these queries, where there is one and they have bounds. */
static bool open_sifting(struct img_scan *scan, struct img_err *err)
{
    const struct img_search *s = scan->search;
    const struct img_reduced *reduced = &s->derived.reduced;
    bool usable;
    if (reduced->count == 0)
        return true;
    scan->bars = calloc(scan->query_count, sizeof *scan->bars);
    if (!scan->bars)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a search");
    for (size_t q = 0; q < scan->query_count; q++)
        atomic_init(&scan->bars[q], scan->request->min_score);
    if (!img_sifted_ask(&scan->sifted, reduced, scan->queries, scan->query_count,
                        scan->request->metric, &usable, err))
        return false;
    for (unsigned t = 0; usable && t < scan->thread_count; t++)
        if (!img_sifter_open(&scan->threads[t].sifter, &scan->sifted, s->kernels, err))
            return false;
    scan->sifted_rows = usable ? reduced->count : 0;
    return true;
}

static bool run_scan(struct img_scan *scan, struct img_err *err)
{
    img_pool_run(scan->search->pool, scan_rows, scan);
    if (!atomic_load(&scan->failed))
        img_pool_run(scan->search->pool, join_some, scan);
    if (!atomic_load(&scan->failed))
        return true;
    if (atomic_load(&scan->stopped))
        return img_err_set(err, IMG_ERR_SYSTEM, "stopped");
    for (unsigned t = 0; t < scan->thread_count; t++)
        if (scan->threads[t].err.code != IMG_OK)
            *err = scan->threads[t].err;
    return false;
}

/* Damaged rows were searched all the same; bounds that did not hold make the file unusable. */
static void judge_derived(struct img_scan *scan)
{
    struct img_search *s = scan->search;
    size_t damaged = 0;
    for (unsigned t = 0; t < scan->thread_count; t++)
        damaged += scan->threads[t].sifter.damaged;
    if (damaged == 0 && !atomic_load(&scan->misjudged))
        return;
    img_report(s->options.report, IMG_WARNING, "%s/" IMG_DERIVED_NAME " is damaged and not used",
               s->options.folder);
    img_derived_discard(&s->derived, &s->options);
}

static bool search_some(struct img_search *search, const struct img_search_request *request,
                        size_t first, size_t count, struct img_hit *hits, size_t *found,
                        struct img_err *err)
{
    size_t keep = request->top_k < search->options.count ? request->top_k : search->options.count;
    struct img_scan scan = {.search = search, .request = request, .query_count = count,
                            .queries = request->queries + first * search->options.dimension,
                            .hits = hits + first * request->top_k, .found = found + first};
    bool ok = open_scan(&scan, keep, err) && open_sifting(&scan, err) && run_scan(&scan, err);
    bool again = ok && atomic_load(&scan.misjudged);
    if (ok)
        judge_derived(&scan);
    close_scan(&scan);
    return again ? search_some(search, request, first, count, hits, found, err) : ok;
}

static bool check_queries(const struct img_search *search,
                          const struct img_search_request *request, struct img_err *err)
{
    size_t dimension = search->options.dimension;
    for (size_t q = 0; q < request->count; q++) {
        const float *query = request->queries + q * dimension;
        double square = search->kernels->dot(query, query, dimension);
        if (!isfinite(square))
            return img_err_set(err, IMG_ERR_BAD_RECORD,
                               "query %zu holds an infinity or what is no number", q + 1);
        if (request->metric == IMG_METRIC_COSINE && !(square > 0))
            return img_err_set(err, IMG_ERR_BAD_RECORD,
                               "query %zu is zero and has no direction to compare", q + 1);
    }
    return true;
}

/* How many queries at a time: short lists hold about twice k, or all rows. */
static size_t queries_at_once(const struct img_search *search, size_t top_k)
{
    size_t candidates, threads = img_pool_threads(search->pool), rows = search->options.count;
    if (!img_size_mul(top_k, 2, &candidates) || !img_size_mul(candidates, threads, &candidates) ||
        candidates > rows)
        candidates = rows;
    size_t queries = LISTS_BYTES / sizeof(struct img_candidate) / (candidates + 1);
    return queries < 1 ? 1 : queries > QUERIES_MAX ? QUERIES_MAX : queries;
}

bool img_search_top(struct img_search *search, const struct img_search_request *request,
                    struct img_hit *hits, size_t *found, struct img_err *err)
{
    if (!check_queries(search, request, err))
        return false;
    for (size_t q = 0; q < request->count; q++)
        found[q] = 0;
    if (request->top_k == 0 || search->options.count == 0)
        return true;
    size_t step = queries_at_once(search, request->top_k);
    bool ok = true;
    pthread_mutex_lock(&search->turn);
    for (size_t q = 0, count; ok && q < request->count; q += count) {
        count = request->count - q < step ? request->count - q : step;
        ok = search_some(search, request, q, count, hits, found, err);
    }
    pthread_mutex_unlock(&search->turn);
    return ok;
}
