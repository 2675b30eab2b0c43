/* Clusters merge when the last pair between them has come: pairs are counted by clusters. */
#include "sim/link.h"

#include <stdlib.h>

#include "base/size.h"

enum { NONE = 0, FIRST_ROOM = 1024 };

/* How many pairs there are between two clusters; count 0: none, but the place was used. */
struct tally {
    uint64_t key; /* NONE: free */
    uint64_t count;
};

/* Clusters with pairs in common, some of which may have been merged since. */
struct others {
    uint32_t *clusters;
    size_t len, room;
};

struct linking {
    uint32_t *of; /* towards the cluster */
    size_t *size;
    struct others *others;
    struct tally *table;
    size_t used, room; /* room is a power of two */
};

static bool no_memory(struct img_err *err)
{
    return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for clusters");
}

static int by_score(const void *a, const void *b)
{
    const struct img_link *x = a, *y = b;
    if (x->score > y->score || x->score < y->score)
        return x->score > y->score ? -1 : 1;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return x->b < y->b ? -1 : x->b > y->b;
}

static uint32_t cluster_of(const struct linking *l, uint32_t at)
{
    while (l->of[at] != at) {
        l->of[at] = l->of[l->of[at]];
        at = l->of[at];
    }
    return at;
}

/* Never NONE: a < b. */
static uint64_t key_of(uint32_t a, uint32_t b)
{
    return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

/* The place of a key, or the free one where it belongs. */
static struct tally *place(const struct linking *l, uint64_t key)
{
    uint64_t mixed = key * 0x9e3779b97f4a7c15u;
    size_t at = (size_t)(mixed ^ mixed >> 32) & (l->room - 1);
    while (l->table[at].key != NONE && l->table[at].key != key)
        at = (at + 1) & (l->room - 1);
    return &l->table[at];
}

/* Room for one more key; places whose count is 0 are given up. */
static bool make_room(struct linking *l, struct img_err *err)
{
    struct linking larger = *l;
    if (l->room > 0 && l->used + l->room / 4 < l->room)
        return true;
    larger.room = l->room ? l->room * 2 : FIRST_ROOM;
    larger.used = 0;
    larger.table = calloc(larger.room, sizeof *larger.table);
    if (!larger.table)
        return no_memory(err);
    for (size_t i = 0; i < l->room; i++)
        if (l->table[i].count > 0) {
            *place(&larger, l->table[i].key) = l->table[i];
            larger.used++;
        }
    free(l->table);
    *l = larger;
    return true;
}

static bool remember(struct others *others, uint32_t cluster, struct img_err *err)
{
    if (others->len == others->room) {
        size_t room = others->room ? others->room * 2 : 4;
        uint32_t *larger = realloc(others->clusters, room * sizeof *larger);
        if (!larger)
            return no_memory(err);
        others->clusters = larger;
        others->room = room;
    }
    others->clusters[others->len++] = cluster;
    return true;
}

/* Adds pairs between two clusters; *all is how many there are now. */
static bool add(struct linking *l, uint32_t a, uint32_t b, uint64_t count, uint64_t *all,
                struct img_err *err)
{
    if (!make_room(l, err))
        return false;
    struct tally *tally = place(l, key_of(a, b));
    bool fresh = tally->count == 0;
    l->used += tally->key == NONE;
    tally->key = key_of(a, b);
    tally->count += count;
    *all = tally->count;
    return !fresh || (remember(&l->others[a], b, err) && remember(&l->others[b], a, err));
}

/* What b had in common with others, a has now. The longer list stays where it is. */
static bool merge(struct linking *l, uint32_t a, uint32_t b, struct img_err *err)
{
    uint64_t ignored;
    if (l->others[a].len < l->others[b].len) {
        uint32_t swapped = a;
        a = b;
        b = swapped;
    }
    place(l, key_of(a, b))->count = 0;
    l->of[b] = a;
    l->size[a] += l->size[b];
    struct others *others = &l->others[b];
    for (size_t i = 0; i < others->len; i++) {
        uint32_t other = others->clusters[i];
        struct tally *tally = place(l, key_of(b, other));
        uint64_t count = tally->count;
        tally->count = 0;
        if (count > 0 && !add(l, a, other, count, &ignored, err))
            return false;
    }
    free(others->clusters);
    *others = (struct others){0};
    return true;
}

static bool take(struct linking *l, const struct img_link *link, double *least, struct img_err *err)
{
    uint32_t a = cluster_of(l, link->a), b = cluster_of(l, link->b);
    uint64_t pairs;
    if (a == b)
        return true;
    if (!add(l, a, b, 1, &pairs, err))
        return false;
    if (pairs < (uint64_t)l->size[a] * l->size[b])
        return true;
    if (!merge(l, a, b, err))
        return false;
    least[cluster_of(l, a)] = link->score;
    return true;
}

/* Clusters are named by their lowest members. */
static void name(struct linking *l, uint32_t *lowest, double *least, size_t count)
{
    for (size_t at = 0; at < count; at++)
        lowest[at] = UINT32_MAX;
    for (uint32_t at = 0; at < count; at++) {
        uint32_t cluster = cluster_of(l, at);
        if (lowest[cluster] == UINT32_MAX)
            lowest[cluster] = at;
    }
    for (uint32_t at = 0; at < count; at++)
        l->of[at] = cluster_of(l, at);
    for (uint32_t at = 0; at < count; at++) {
        uint32_t cluster = l->of[at];
        if (lowest[cluster] != at)
            continue;
        double score = least[cluster];
        least[cluster] = least[at];
        least[at] = score;
    }
    for (uint32_t at = 0; at < count; at++)
        l->of[at] = lowest[l->of[at]];
}

bool img_link_complete(struct img_link *links, size_t n, uint32_t *of, double *least, size_t count,
                       struct img_err *err)
{
    struct linking l = {.of = of};
    uint32_t *lowest = calloc(count + 1, sizeof *lowest);
    l.size = calloc(count + 1, sizeof *l.size);
    l.others = calloc(count + 1, sizeof *l.others);
    bool ok = (lowest && l.size && l.others) || no_memory(err);
    for (uint32_t at = 0; ok && at < count; at++) {
        of[at] = at;
        l.size[at] = 1;
    }
    qsort(links, n, sizeof *links, by_score);
    for (size_t i = 0; ok && i < n; i++)
        ok = take(&l, &links[i], least, err);
    if (ok)
        name(&l, lowest, least, count);
    for (size_t at = 0; l.others && at < count; at++)
        free(l.others[at].clusters);
    free(l.others);
    free(l.size);
    free(l.table);
    free(lowest);
    return ok;
}
