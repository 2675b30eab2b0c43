/* Pairs, clusters, groups. */
#include "sim/dupes_similar.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "search/pairs.h"
#include "sim/link.h"

enum { MANY = 200000, TRIAL = 4096, BLOCK = 1 << 16 };

struct similar {
    struct img_dupes *dupes;
    const struct img_dupes_similar_options *options;
    uint32_t *at;   /* [count], of each standing row of the source */
    uint8_t *skip;  /* a bit a row */
    size_t standing;
    struct img_link *links;
    size_t link_count, link_room;
};

static bool take_pair(void *ctx, const struct img_pair *pair, struct img_err *err)
{
    struct similar *s = ctx;
    if (s->link_count == IMG_DUPES_PAIRS_MAX)
        return img_err_set(err, IMG_ERR_TOO_LARGE,
                           "more than %d pairs of pictures are similar; a higher --threshold "
                           "has fewer",
                           IMG_DUPES_PAIRS_MAX);
    if (s->link_count == s->link_room) {
        size_t room = s->link_room ? s->link_room * 2 : BLOCK;
        struct img_link *larger = realloc(s->links, room * sizeof *larger);
        if (!larger)
            return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "%zu pairs of pictures", room);
        s->links = larger;
        s->link_room = room;
    }
    uint32_t a = s->at[pair->first], b = s->at[pair->second];
    s->links[s->link_count++] =
        (struct img_link){a < b ? a : b, a < b ? b : a, pair->score};
    return true;
}

static bool ignore_pair(void *ctx, const struct img_pair *pair, struct img_err *err)
{
    (void)ctx;
    (void)pair;
    (void)err;
    return true;
}

static struct img_pairs_options pairs_of(const struct similar *s, size_t count)
{
    const struct img_dupes_similar_options *o = s->options;
    return (struct img_pairs_options){
        .vectors = o->vectors.vectors,
        .count = count,
        .dimension = o->vectors.dimension,
        .threshold = o->threshold,
        .skip = s->skip,
        .threads = o->threads,
        .stopped = o->stopped,
    };
}

static bool prepare(struct similar *s, struct img_err *err)
{
    size_t count = s->options->count;
    if (count >= UINT32_MAX)
        return img_err_set(err, IMG_ERR_TOO_LARGE, "%zu rows are too many to compare", count);
    s->at = calloc(count + 1, sizeof *s->at);
    s->skip = malloc(count / 8 + 1);
    if (!s->at || !s->skip)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "%zu rows", count);
    memset(s->skip, 0xff, count / 8 + 1);
    for (size_t at = 0; at < s->dupes->row_count; at++) {
        size_t row = s->dupes->rows[at].row;
        if (!s->dupes->rows[at].standing)
            continue;
        s->at[row] = (uint32_t)at;
        s->skip[row / 8] &= (uint8_t) ~(1U << row % 8);
        s->standing++;
    }
    return true;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Every picture is compared with every other: what that takes is told from a small part of it. */
static bool announce(const struct similar *s, struct img_err *err)
{
    struct img_pairs_options trial = pairs_of(s, TRIAL);
    if (s->standing <= MANY || s->options->count < TRIAL)
        return true;
    double begin = seconds_now();
    trial.pair = ignore_pair;
    if (!img_pairs_find(&trial, err))
        return false;
    double share = (double)s->options->count / TRIAL;
    img_report(s->options->report, IMG_WARNING,
               "comparing %zu pictures with each other takes about %.0f minutes and %.1f GB of "
               "memory",
               s->standing, (seconds_now() - begin) * share * share / 60 + 0.5,
               (double)s->options->count * (double)s->options->vectors.dimension / 1e9);
    return true;
}

struct placed {
    uint32_t cluster, at;
};

static int by_cluster(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->cluster != y->cluster)
        return x->cluster < y->cluster ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static double score(const struct similar *s, size_t a, size_t b)
{
    const struct img_dupes_vectors *v = &s->options->vectors;
    const struct img_dupes_row *rows = s->dupes->rows;
    return img_score(v->vectors + rows[a].row * v->dimension,
                     v->vectors + rows[b].row * v->dimension, v->dimension, IMG_METRIC_COSINE);
}

/* A cluster's lowest member comes first in rows, and is the one to keep. */
static bool make_groups(struct similar *s, const uint32_t *of, const double *least,
                        struct img_err *err)
{
    struct img_dupes *dupes = s->dupes;
    size_t n = 0;
    struct placed *placed = calloc(dupes->row_count + 1, sizeof *placed);
    if (!placed)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "%zu clusters", dupes->row_count);
    for (uint32_t at = 0; at < dupes->row_count; at++)
        if (of[at] != at)
            placed[n++] = (struct placed){of[at], at};
    qsort(placed, n, sizeof *placed, by_cluster);
    for (size_t i = 0; i < n; i++) {
        size_t kept = placed[i].cluster, at = placed[i].at;
        if (i == 0 || placed[i - 1].cluster != kept) {
            img_dupes_begin(dupes, IMG_TIER_SIMILAR, kept);
            dupes->groups[dupes->group_count - 1].score = least[kept];
        }
        img_dupes_add(dupes, &(struct img_dupes_member){at, score(s, kept, at), 0, 0});
    }
    free(placed);
    return true;
}

static bool cluster(struct similar *s, struct img_err *err)
{
    size_t count = s->dupes->row_count;
    uint32_t *of = calloc(count + 1, sizeof *of);
    double *least = calloc(count + 1, sizeof *least);
    bool ok = (of && least) || img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "%zu clusters", count);
    ok = ok && img_link_complete(s->links, s->link_count, of, least, count, err) &&
         make_groups(s, of, least, err);
    free(of);
    free(least);
    return ok;
}

bool img_dupes_find_similar(struct img_dupes *dupes,
                            const struct img_dupes_similar_options *options, struct img_err *err)
{
    struct similar s = {.dupes = dupes, .options = options};
    struct img_pairs_options pairs = {0};
    bool ok = prepare(&s, err) && announce(&s, err);
    if (ok) {
        pairs = pairs_of(&s, options->count);
        pairs.pair = take_pair;
        pairs.ctx = &s;
        ok = img_pairs_find(&pairs, err) && cluster(&s, err);
    }
    free(s.at);
    free(s.skip);
    free(s.links);
    return ok;
}
