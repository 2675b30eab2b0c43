/* A search held to the plainest one there is. */
#include "support/nearest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "search/kernels.h"

static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

void nearest_fill(float *x, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = next(&seed);
        int64_t sum = -2 * 0xffff;
        for (int part = 0; part < 4; part++)
            sum += (int64_t)(bits >> 16 * part & 0xffff);
        x[i] = (float)sum * 0x1p-15f;
    }
}

void nearest_clusters(float *x, size_t count, size_t dimension, size_t centres, double spread,
                      uint64_t seed)
{
    float *centre = malloc(centres * dimension * sizeof *centre);
    if (!centre)
        abort();
    nearest_fill(centre, centres * dimension, seed);
    nearest_fill(x, count * dimension, seed + 1);
    for (size_t r = 0; r < count; r++) {
        const float *c = centre + next(&seed) % centres * dimension;
        float *row = x + r * dimension;
        double square = 0;
        for (size_t i = 0; i < dimension; i++) {
            row[i] = c[i] + (float)spread * row[i];
            square += (double)row[i] * (double)row[i];
        }
        for (size_t i = 0; i < dimension; i++)
            row[i] = (float)((double)row[i] / sqrt(square));
    }
    free(centre);
}

static int by_score(const void *a, const void *b)
{
    const struct img_hit *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->row > y->row) - (x->row < y->row);
}

void nearest_brute(const struct img_search_options *options,
                   const struct img_search_request *request, struct img_hit *hits, size_t *found)
{
    size_t n = options->count, d = options->dimension;
    struct img_hit *all = malloc((n + 1) * sizeof *all);
    if (!all)
        abort();
    for (size_t q = 0; q < request->count; q++) {
        size_t count = 0;
        for (size_t r = 0; r < n; r++) {
            double score = img_score(options->vectors + r * d, request->queries + q * d, d,
                                     request->metric);
            bool skipped = request->skip && (request->skip[r / 8] >> (r % 8) & 1) != 0;
            if (!skipped && score >= request->min_score)
                all[count++] = (struct img_hit){r, score};
        }
        qsort(all, count, sizeof *all, by_score);
        found[q] = count < request->top_k ? count : request->top_k;
        for (size_t i = 0; i < found[q]; i++)
            hits[q * request->top_k + i] = all[i];
    }
    free(all);
}

static const char *differs(const struct img_search_request *request, const struct img_hit *got,
                           const size_t *got_found, const struct img_hit *wanted,
                           const size_t *wanted_found)
{
    static char text[200];
    for (size_t q = 0; q < request->count; q++) {
        if (got_found[q] != wanted_found[q]) {
            snprintf(text, sizeof text, "query %zu: %zu hits, not %zu", q, got_found[q],
                     wanted_found[q]);
            return text;
        }
        for (size_t i = 0; i < wanted_found[q]; i++) {
            const struct img_hit *g = &got[q * request->top_k + i];
            const struct img_hit *w = &wanted[q * request->top_k + i];
            if (g->row == w->row && g->score == w->score)
                continue;
            snprintf(text, sizeof text, "query %zu, hit %zu: row %zu (%.17g), not %zu (%.17g)", q, i,
                     g->row, g->score, w->row, w->score);
            return text;
        }
    }
    return NULL;
}

const char *nearest_differs(const struct img_search_options *options,
                            const struct img_search_request *request,
                            const struct img_hit *wanted, const size_t *wanted_found)
{
    static char text[600];
    struct img_search *search = NULL;
    struct img_err err = {0};
    const char *result = NULL;
    struct img_hit *hits = calloc(request->count * request->top_k + 1, sizeof *hits);
    size_t *found = calloc(request->count + 1, sizeof *found);
    if (!hits || !found)
        abort();
    if (!img_search_open(&search, options, &err) ||
        !img_search_top(search, request, hits, found, &err)) {
        snprintf(text, sizeof text, "failed: %s", err.text);
        result = text;
    } else {
        result = differs(request, hits, found, wanted, wanted_found);
    }
    img_search_close(search);
    free(hits);
    free(found);
    return result;
}

static const char *differs_by_kernels(struct img_search_options *options,
                                      const struct img_search_request *request,
                                      const struct img_hit *wanted, const size_t *found)
{
    static char text[700];
    for (const struct img_search_kernels *const *set = img_search_kernels_built(); *set; set++) {
        if (!img_search_kernels_run_here(*set))
            continue;
        options->kernels = (*set)->name;
        for (options->threads = 1; options->threads <= 3; options->threads += 2) {
            const char *what = nearest_differs(options, request, wanted, found);
            if (!what)
                continue;
            snprintf(text, sizeof text, "metric %d, %s, %u threads: %s", (int)request->metric,
                     (*set)->name, options->threads, what);
            return text;
        }
    }
    return NULL;
}

const char *nearest_differs_anywhere(const struct img_search_options *options,
                                     const struct img_search_request *request)
{
    static const enum img_metric metrics[] = {IMG_METRIC_COSINE, IMG_METRIC_DOT,
                                              IMG_METRIC_EUCLIDEAN};
    struct img_search_options o = *options;
    struct img_search_request r = *request;
    struct img_hit *wanted = calloc(r.count * r.top_k + 1, sizeof *wanted);
    size_t *found = calloc(r.count + 1, sizeof *found);
    const char *what = NULL;
    if (!wanted || !found)
        abort();
    for (size_t m = 0; !what && m < 3; m++) {
        r.metric = metrics[m];
        nearest_brute(&o, &r, wanted, found);
        what = differs_by_kernels(&o, &r, wanted, found);
    }
    free(wanted);
    free(found);
    return what;
}
