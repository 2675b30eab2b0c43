/* Connected components over all pairs above a cosine (Galler & Fischer's forests). */
#include "sim/components.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "search/pairs.h"
#include "sim/by_cluster.h"

struct forest {
    size_t *parent; /* [count]; a root is its own, and the least of its tree */
};

static size_t root_of(struct forest *forest, size_t row)
{
    while (forest->parent[row] != row) {
        forest->parent[row] = forest->parent[forest->parent[row]];
        row = forest->parent[row];
    }
    return row;
}

static bool join(void *ctx, const struct img_pair *pair, struct img_err *err)
{
    struct forest *forest = ctx;
    size_t a = root_of(forest, pair->first), b = root_of(forest, pair->second);
    (void)err;
    forest->parent[a > b ? a : b] = a < b ? a : b;
    return true;
}

static double length_of(const double *v, size_t dimension)
{
    double sum = 0;
    for (size_t i = 0; i < dimension; i++)
        sum += v[i] * v[i];
    return sqrt(sum);
}

/* v as doubles of length 1; false when it has no direction. */
static bool direction(const float *v, size_t dimension, double *to)
{
    for (size_t i = 0; i < dimension; i++)
        to[i] = v[i];
    double length = length_of(to, dimension);
    for (size_t i = 0; i < dimension; i++)
        to[i] /= length;
    return length > 0 && isfinite(length);
}

/* Numbers for the roots, by their first rows; rows without a direction have none. */
static void number(const struct img_kmeans_input *in, struct forest *forest,
                   struct img_kmeans *out, double *scratch)
{
    for (size_t row = 0; row < in->count; row++) {
        bool skipped = in->skip && (in->skip[row / 8] >> row % 8 & 1);
        size_t root = root_of(forest, row);
        if (skipped || !direction(in->rows + row * in->dimension, in->dimension, scratch))
            out->cluster[row] = SIZE_MAX;
        else
            out->cluster[row] = root == row ? out->k++ : out->cluster[root];
    }
}

/* How alike each member is to the mean of all. */
static bool score(const struct img_kmeans_input *in, struct img_kmeans *out, double *scratch,
                  double *sum, struct img_err *err)
{
    struct img_by_cluster groups;
    bool ok = img_by_cluster_make(&groups, out, in->count, err);
    for (size_t c = 0; ok && c < out->k; c++) {
        memset(sum, 0, in->dimension * sizeof *sum);
        for (size_t i = groups.first[c]; i < groups.first[c + 1]; i++) {
            (void)direction(in->rows + groups.rows[i] * in->dimension, in->dimension, scratch);
            for (size_t d = 0; d < in->dimension; d++)
                sum[d] += scratch[d];
        }
        double length = length_of(sum, in->dimension);
        for (size_t i = groups.first[c]; i < groups.first[c + 1]; i++) {
            double dot = 0;
            (void)direction(in->rows + groups.rows[i] * in->dimension, in->dimension, scratch);
            for (size_t d = 0; d < in->dimension; d++)
                dot += sum[d] * scratch[d];
            out->score[groups.rows[i]] = length > 0 ? fmin(1, fmax(-1, dot / length)) : 0;
        }
    }
    img_by_cluster_clear(&groups);
    return ok;
}

bool img_components_find(const struct img_kmeans_input *in, double threshold,
                         struct img_kmeans *out, struct img_err *err)
{
    struct forest forest = {.parent = calloc(in->count + 1, sizeof *forest.parent)};
    double *scratch = calloc(in->dimension + 1, sizeof *scratch);
    double *sum = calloc(in->dimension + 1, sizeof *sum);
    const struct img_pairs_options options = {
        .vectors = in->rows,
        .count = in->count,
        .dimension = in->dimension,
        .threshold = threshold,
        .skip = in->skip,
        .threads = in->threads,
        .stopped = in->stopped,
        .pair = join,
        .ctx = &forest,
    };
    *out = (struct img_kmeans){.cluster = calloc(in->count + 1, sizeof *out->cluster),
                               .score = calloc(in->count + 1, sizeof *out->score),
                               .settled = true};
    bool ok = forest.parent && scratch && sum && out->cluster && out->score;
    if (!ok)
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu rows", in->count);
    for (size_t row = 0; ok && row < in->count; row++)
        forest.parent[row] = row;
    ok = ok && img_pairs_find(&options, err);
    if (ok) {
        number(in, &forest, out, scratch);
        ok = score(in, out, scratch, sum, err);
    }
    free(forest.parent);
    free(scratch);
    free(sum);
    return ok;
}
