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
static size_t choose(const struct img_sim_result *results, const double *nearest, size_t first,
                     size_t n, double diversity)
{
    size_t best = first;
    double most = -INFINITY;
    for (size_t i = first; i < n; i++) {
        double value = (1 - diversity) * results[i].score - diversity * nearest[i];
        if (value > most) {
            most = value;
            best = i;
        }
    }
    return best;
}

/* Moves one to the place `to`, and those between one further, so that their order stays. */
static void move_up(struct img_sim_result *results, double *nearest, size_t from, size_t to)
{
    struct img_sim_result result = results[from];
    double near = nearest[from];
    memmove(results + to + 1, results + to, (from - to) * sizeof *results);
    memmove(nearest + to + 1, nearest + to, (from - to) * sizeof *nearest);
    results[to] = result;
    nearest[to] = near;
}

bool img_sim_diversify(struct img_sim_result *results, size_t n, size_t k, size_t dimension,
                       enum img_metric metric, double diversity, struct img_err *err)
{
    double *nearest = malloc((n > 0 ? n : 1) * sizeof *nearest);
    if (!nearest)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu hits", n);
    for (size_t i = 0; i < n; i++)
        nearest[i] = -INFINITY;
    for (size_t chosen = 1; chosen < k && chosen < n; chosen++) {
        const float *last = results[chosen - 1].vector;
        for (size_t i = chosen; i < n; i++)
            nearest[i] = fmax(nearest[i], img_score(results[i].vector, last, dimension, metric));
        move_up(results, nearest, choose(results, nearest, chosen, n, diversity), chosen);
    }
    free(nearest);
    return true;
}
