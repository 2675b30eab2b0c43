/* Choosing among candidates, one after the other. */
#include "sim/diversify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CANDIDATES = 10, AT_LEAST = 50 };

size_t img_sim_diversify_pool(size_t k)
{
    return k * CANDIDATES > AT_LEAST ? k * CANDIDATES : AT_LEAST;
}

/* The best of those from first on. */
static size_t choose(const struct img_hit *hits, const double *nearest, size_t first, size_t n,
                     double diversity)
{
    size_t best = first;
    double most = -INFINITY;
    for (size_t i = first; i < n; i++) {
        double value = (1 - diversity) * hits[i].score - diversity * nearest[i];
        if (value > most) {
            most = value;
            best = i;
        }
    }
    return best;
}

/* Moves one to the place `to`, and those between one further, so that their order stays. */
static void move_up(struct img_hit *hits, const float **vectors, double *nearest, size_t from,
                    size_t to)
{
    struct img_hit hit = hits[from];
    const float *vector = vectors[from];
    double near = nearest[from];
    memmove(hits + to + 1, hits + to, (from - to) * sizeof *hits);
    memmove(vectors + to + 1, vectors + to, (from - to) * sizeof *vectors);
    memmove(nearest + to + 1, nearest + to, (from - to) * sizeof *nearest);
    hits[to] = hit;
    vectors[to] = vector;
    nearest[to] = near;
}

bool img_sim_diversify(struct img_hit *hits, const float **vectors, size_t n, size_t k,
                       size_t dimension, enum img_metric metric, double diversity,
                       struct img_err *err)
{
    double *nearest = malloc((n > 0 ? n : 1) * sizeof *nearest);
    if (!nearest)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu hits", n);
    for (size_t i = 0; i < n; i++)
        nearest[i] = -INFINITY;
    for (size_t chosen = 1; chosen < k && chosen < n; chosen++) {
        for (size_t i = chosen; i < n; i++) {
            double score = img_score(vectors[i], vectors[chosen - 1], dimension, metric);
            nearest[i] = fmax(nearest[i], score);
        }
        move_up(hits, vectors, nearest, choose(hits, nearest, chosen, n, diversity), chosen);
    }
    free(nearest);
    return true;
}
