/* Candidates, bounded. With k rows known to score at least L, a row that cannot reach L is out: so
 * the k-th best lower bound is the bar, and it only rises. */
#include "search/shortlist.h"

#include <math.h>
#include <stdlib.h>

#include "base/size.h"

/* Room beyond twice k, so that small k do not tighten at every turn. */
enum { SPARE = 1024, FIRST = 64 };

void img_shortlist_init(struct img_shortlist *list, size_t keep, double min_score)
{
    *list = (struct img_shortlist){
        .keep = keep, .least = min_score, .settled = -INFINITY, .settled_row = SIZE_MAX};
}

void img_shortlist_clear(struct img_shortlist *list)
{
    free(list->candidates);
    *list = (struct img_shortlist){0};
}

static int by_lower(const void *a, const void *b)
{
    const struct img_candidate *x = a, *y = b;
    if (x->lower != y->lower)
        return x->lower < y->lower ? 1 : -1;
    return (x->row > y->row) - (x->row < y->row);
}

static void drop_hopeless(struct img_shortlist *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (list->candidates[i].upper >= list->least)
            list->candidates[kept++] = list->candidates[i];
    list->count = kept;
}

void img_shortlist_tighten(struct img_shortlist *list)
{
    if (list->count > list->keep) {
        qsort(list->candidates, list->count, sizeof *list->candidates, by_lower);
        list->least = fmax(list->least, list->candidates[list->keep - 1].lower);
    }
    drop_hopeless(list);
}

static void score_all(struct img_shortlist *list, const struct img_scorer *scorer)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct img_candidate c = list->candidates[i];
        if (!c.exact) {
            double score = scorer->score(scorer->ctx, c.row);
            list->misjudged |= score < c.lower || score > c.upper;
            c = (struct img_candidate){c.row, score, score, true};
        }
        if (c.upper >= list->least)
            list->candidates[kept++] = c;
    }
    list->count = kept;
}

void img_shortlist_settle(struct img_shortlist *list, const struct img_scorer *scorer)
{
    img_shortlist_tighten(list);
    score_all(list, scorer);
    if (list->count > 1)
        qsort(list->candidates, list->count, sizeof *list->candidates, by_lower);
    if (list->count >= list->keep) {
        const struct img_candidate *last = &list->candidates[list->keep - 1];
        list->count = list->keep;
        list->least = fmax(list->least, last->lower);
        list->settled = last->lower;
        list->settled_row = last->row;
    }
}

static bool make_room(struct img_shortlist *list, const struct img_scorer *scorer,
                      struct img_err *err)
{
    size_t most, size;
    if (!img_size_mul(list->keep, 2, &most) || !img_size_add(most, SPARE, &most))
        most = SIZE_MAX;
    if (list->room >= most) {
        img_shortlist_tighten(list);
        if (list->count > most - SPARE / 2)
            img_shortlist_settle(list, scorer);
        return true;
    }
    size_t room = list->room ? list->room * 2 : FIRST;
    if (room > most)
        room = most;
    struct img_candidate *candidates =
        img_size_mul(room, sizeof *candidates, &size) ? realloc(list->candidates, size) : NULL;
    if (!candidates)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu hits", room);
    list->candidates = candidates;
    list->room = room;
    return true;
}

bool img_shortlist_offer(struct img_shortlist *list, const struct img_candidate *candidate,
                         const struct img_scorer *scorer, struct img_err *err)
{
    if (!(candidate->upper >= list->least) ||
        (candidate->upper <= list->settled && candidate->row > list->settled_row))
        return true;
    if (list->count == list->room && !make_room(list, scorer, err))
        return false;
    list->candidates[list->count++] = *candidate;
    return true;
}
