/* Searching the parts of a source one after the other, and merging what they give. */
#include "sim/find.h"

#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "cli/signals.h"

/* Rows from which on a smaller copy of the vectors, kept beside them, is worth its making. */
enum { BUILD_AT = 100000 };

struct find {
    const struct img_sim_source *source;
    struct img_search **searches; /* [source->part_count]; NULL for one without rows */
};

static void close_find(void *ctx)
{
    struct find *f = ctx;
    for (size_t i = 0; f->searches && i < f->source->part_count; i++)
        img_search_close(f->searches[i]);
    free(f->searches);
    free(f);
}

static bool open_searches(struct find *f, const struct img_sim_context *context,
                          struct img_err *err)
{
    const struct img_sim_source *source = f->source;
    for (size_t i = 0; i < source->part_count; i++) {
        const struct img_sim_part *part = &source->parts[i];
        const struct img_search_options options = {
            .vectors = part->vectors,
            .count = part->count,
            .dimension = source->dimension,
            .folder = part->folder,
            .build = part->count >= BUILD_AT,
            .threads = img_sim_threads(context),
            .stopped = img_signals_caught,
            .report = &context->cli->report,
        };
        if (part->count > 0 && !img_search_open(&f->searches[i], &options, err))
            return img_err_in(err, "%s", part->name);
    }
    return true;
}

static bool before(const struct img_hit *a, const struct img_hit *b)
{
    return a->score != b->score ? a->score > b->score : a->row < b->row;
}

/* hits [*found] and more [n], both best first, to the k best of both; scratch has room for k. */
static void merge(struct img_hit *hits, size_t *found, const struct img_hit *more, size_t n,
                  size_t k, struct img_hit *scratch)
{
    size_t a = 0, b = 0, count = 0;
    while (count < k && (a < *found || b < n)) {
        bool from_more = a == *found || (b < n && before(&more[b], &hits[a]));
        scratch[count++] = from_more ? more[b++] : hits[a++];
    }
    memcpy(hits, scratch, count * sizeof *hits);
    *found = count;
}

static bool find_part(struct find *f, size_t i, const struct img_search_request *request,
                      struct img_hit *hits, size_t *found, struct img_err *err)
{
    const struct img_sim_part *part = &f->source->parts[i];
    struct img_search_request own = *request;
    own.skip = part->skip;
    if (!img_search_top(f->searches[i], &own, hits, found, err))
        return false;
    for (size_t q = 0; q < request->count; q++)
        for (size_t h = 0; h < found[q]; h++)
            hits[q * request->top_k + h].row += part->first;
    return true;
}

static bool find_more(struct find *f, const struct img_search_request *request,
                      struct img_hit *hits, size_t *found, struct img_err *err)
{
    size_t k = request->top_k, room;
    if (!img_size_mul(request->count + 1, k * sizeof *hits, &room))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "too many hits");
    struct img_hit *more = malloc(room);
    size_t *n = calloc(request->count, sizeof *n);
    bool ok = more && n;
    if (!ok)
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for hits");
    memset(found, 0, request->count * sizeof *found);
    for (size_t i = 0; ok && i < f->source->part_count; i++) {
        if (!f->searches[i])
            continue;
        ok = find_part(f, i, request, more, n, err);
        for (size_t q = 0; ok && q < request->count; q++)
            merge(hits + q * k, &found[q], more + q * k, n[q], k, more + request->count * k);
    }
    free(more);
    free(n);
    return ok;
}

static bool find_hits(struct find *f, const struct img_search_request *request,
                      struct img_hit *hits, size_t *found, struct img_err *err)
{
    if (f->source->part_count == 1 && f->searches[0])
        return find_part(f, 0, request, hits, found, err);
    return find_more(f, request, hits, found, err);
}

static bool look_up(const struct find *f, const struct img_hit *hit, struct img_sim_result *result,
                    struct img_err *err)
{
    const struct img_sim_part *part = &f->source->parts[f->source->part_count - 1];
    while (part->first > hit->row)
        part--;
    result->score = hit->score;
    result->vector = part->vectors + (hit->row - part->first) * f->source->dimension;
    return img_sim_source_record(f->source, hit->row, &result->line, &result->len, err);
}

static bool find_top(void *ctx, const struct img_search_request *request, struct img_arena *arena,
                     struct img_sim_result *results, size_t *found, struct img_err *err)
{
    struct find *f = ctx;
    size_t room;
    if (!img_size_mul(request->count, request->top_k, &room))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "too many hits");
    struct img_hit *hits = img_arena_array(arena, room, sizeof *hits, err);
    if (!hits || !find_hits(f, request, hits, found, err))
        return false;
    for (size_t q = 0; q < request->count; q++)
        for (size_t h = 0; h < found[q]; h++)
            if (!look_up(f, &hits[q * request->top_k + h], &results[q * request->top_k + h], err))
                return false;
    return true;
}

bool img_sim_find_in_source(struct img_sim_finder *finder, const struct img_sim_context *context,
                            const struct img_sim_source *source, struct img_err *err)
{
    struct find *f = calloc(1, sizeof *f);
    if (f)
        f->searches = calloc(source->part_count, sizeof *f->searches);
    if (!f || !f->searches) {
        free(f);
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a search");
    }
    f->source = source;
    *finder = (struct img_sim_finder){f, source->count - source->skipped, find_top, close_find};
    return open_searches(f, context, err);
}

void img_sim_finder_close(struct img_sim_finder *finder)
{
    if (finder->ctx)
        finder->close(finder->ctx);
    finder->ctx = NULL;
}
