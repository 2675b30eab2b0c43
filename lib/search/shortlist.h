/* The rows that may still be among the k best of one query. Its length is bounded however many rows
 * are alike: when it is full, the rows in it are scored exactly and the k best stay. Not public. */
#ifndef IMG_SEARCH_SHORTLIST_H
#define IMG_SEARCH_SHORTLIST_H

#include "search/search.h"

/* A row and what is known of its score. */
struct img_candidate {
    size_t row;
    double lower, upper; /* equal once it is exact */
    bool exact;
};

/* Scores a row exactly; NaN when it is no hit. */
struct img_scorer {
    double (*score)(void *ctx, size_t row);
    void *ctx;
};

/* Zeroed is closed. */
struct img_shortlist {
    struct img_candidate *candidates;
    size_t count, room, keep;
    double least; /* no row below it can be among the k best */
    double settled; /* k rows are known to score as much at least, */
    size_t settled_row; /* and none of those that score just that comes behind this one */
    bool misjudged; /* an exact score lay outside its bounds: nothing here is to be believed */
};

/* keep: k, at least 1. min_score: rows below are none of ours. */
void img_shortlist_init(struct img_shortlist *list, size_t keep, double min_score);

/* Notes a row whose score lies in [lower, upper]; nothing when it has no chance. Fails with
 * OUT_OF_MEMORY. */
IMG_CHECKED bool img_shortlist_offer(struct img_shortlist *list,
                                     const struct img_candidate *candidate,
                                     const struct img_scorer *scorer, struct img_err *err);

/* Drops what has no chance by the bounds alone. */
void img_shortlist_tighten(struct img_shortlist *list);

/* Scores what is left; the k best stay, best first, equal ones by row. */
void img_shortlist_settle(struct img_shortlist *list, const struct img_scorer *scorer);

void img_shortlist_clear(struct img_shortlist *list);

#endif
