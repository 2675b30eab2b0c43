/* Searching the parts of a source one after the other, and merging what they give. */
#include "sim/find.h"

#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "cli/signals.h"

struct img_sim_find {
    const struct img_sim_source *source;
    struct img_search **searches; /* [source->part_count]; NULL for one without rows */
};

bool img_sim_find_open(struct img_sim_find **find, const struct img_sim_context *context,
                       const struct img_sim_source *source, struct img_err *err)
{
    struct img_sim_find *f = calloc(1, sizeof *f);
    *find = f;
    if (f)
        f->searches = calloc(source->part_count, sizeof *f->searches);
    if (!f || !f->searches)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a search");
    f->source = source;
    for (size_t i = 0; i < source->part_count; i++) {
        const struct img_sim_part *part = &source->parts[i];
        const struct img_search_options options = {
            .vectors = part->vectors,
            .count = part->count,
            .dimension = source->dimension,
            .folder = part->folder,
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

static bool find_part(struct img_sim_find *f, size_t i, const struct img_search_request *request,
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

static bool find_more(struct img_sim_find *f, const struct img_search_request *request,
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

bool img_sim_find_top(struct img_sim_find *f, const struct img_search_request *request,
                      struct img_hit *hits, size_t *found, struct img_err *err)
{
    if (f->source->part_count == 1 && f->searches[0])
        return find_part(f, 0, request, hits, found, err);
    return find_more(f, request, hits, found, err);
}

const float *img_sim_find_vector(const struct img_sim_find *f, size_t row)
{
    const struct img_sim_part *parts = f->source->parts;
    size_t i = f->source->part_count - 1;
    while (parts[i].first > row)
        i--;
    return parts[i].vectors + (row - parts[i].first) * f->source->dimension;
}

void img_sim_find_close(struct img_sim_find *f)
{
    if (!f)
        return;
    for (size_t i = 0; f->searches && i < f->source->part_count; i++)
        img_search_close(f->searches[i]);
    free(f->searches);
    free(f);
}
