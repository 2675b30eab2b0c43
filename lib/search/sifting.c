/* The scan through the derived file: its rows are sifted, those that come through are noted with
 * their bounds. */
#include "search/inside.h"

static bool note(struct img_scan *scan, struct img_scan_thread *thread, size_t first, size_t r,
                 size_t query)
{
    struct img_candidate candidate = {.row = first + r};
    if (img_scan_skips(scan, candidate.row))
        return true;
    img_sifter_bounds(&thread->sifter, first / IMG_REDUCED_BLOCK, first % IMG_REDUCED_BLOCK, r,
                      query, &candidate.lower, &candidate.upper);
    const struct img_scorer scorer = {img_scan_score, &(struct img_scan_query){scan, query}};
    return img_shortlist_offer(&thread->lists[query], &candidate, &scorer, &thread->err);
}

/* What comes through of the rows taken last. */
static bool note_all(struct img_scan *scan, struct img_scan_thread *thread, size_t first,
                     size_t count)
{
    size_t panels = scan->sifted.panel_count;
    for (size_t r = 0; r < count; r++)
        for (size_t p = 0; p < panels; p++)
            for (unsigned mask = thread->sifter.masks[r * panels + p]; mask; mask &= mask - 1) {
                size_t query = p * IMG_CODE_PANEL + (size_t)__builtin_ctz(mask);
                if (query < scan->query_count && !note(scan, thread, first, r, query))
                    return false;
            }
    return true;
}

static double higher_of(_Atomic double *bar, double own)
{
    double old = atomic_load_explicit(bar, memory_order_relaxed);
    while (own > old)
        if (atomic_compare_exchange_weak_explicit(bar, &old, own, memory_order_relaxed,
                                                  memory_order_relaxed))
            return own;
    return old;
}

bool img_scan_sifting(struct img_scan *scan, struct img_scan_thread *thread, size_t begin,
                      size_t end)
{
    for (size_t first = begin; first < end; first += IMG_SIFT_ROWS) {
        size_t count = end - first < IMG_SIFT_ROWS ? end - first : IMG_SIFT_ROWS;
        for (size_t q = 0; q < scan->query_count; q++) {
            struct img_shortlist *list = &thread->lists[q];
            list->least = higher_of(&scan->bars[q], list->least);
            img_sifter_raise(&thread->sifter, q, list->least);
        }
        img_sifter_run(&thread->sifter, first / IMG_REDUCED_BLOCK, first % IMG_REDUCED_BLOCK,
                       count);
        if (!note_all(scan, thread, first, count))
            return false;
    }
    return true;
}
