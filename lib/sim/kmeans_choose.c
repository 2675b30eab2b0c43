/* How many clusters there are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "sim/kmeans.h"

static const size_t candidates[] = {2,  3,  4,  5,  6,  7,  8,  10, 12,
                                    14, 16, 20, 24, 28, 32, 40, 48, 64};

/* 1 - cosine, never below 0. */
static double distance(const float *row, const float *centre, size_t dimension)
{
    double dot = 0, length = 0;
    for (size_t i = 0; i < dimension; i++) {
        dot += (double)row[i] * centre[i];
        length += (double)row[i] * row[i];
    }
    double off = 1 - dot / sqrt(length);
    return off > 0 ? off : 0;
}

static double silhouette_of(const struct img_kmeans_input *in, const struct img_kmeans *found,
                            size_t row)
{
    const float *v = in->rows + row * in->dimension;
    double own = distance(v, found->centres + found->cluster[row] * in->dimension, in->dimension);
    double other = INFINITY;
    for (size_t c = 0; c < found->k; c++) {
        if (c == found->cluster[row])
            continue;
        double to = distance(v, found->centres + c * in->dimension, in->dimension);
        if (to < other)
            other = to;
    }
    double most = own > other ? own : other;
    return most > 0 && isfinite(most) ? (other - own) / most : 0;
}

double img_kmeans_silhouette(const struct img_kmeans_input *in, const struct img_kmeans *found)
{
    size_t *sizes = calloc(found->k + 1, sizeof *sizes);
    double sum = 0;
    size_t rows = 0;
    for (size_t row = 0; sizes && row < in->count; row++)
        if (found->cluster[row] != SIZE_MAX)
            sizes[found->cluster[row]]++;
    for (size_t row = 0; sizes && found->k > 1 && row < in->count; row++) {
        if (found->cluster[row] == SIZE_MAX)
            continue;
        rows++;
        if (sizes[found->cluster[row]] > 1)
            sum += silhouette_of(in, found, row);
    }
    free(sizes);
    return rows > 0 ? sum / (double)rows : 0;
}

/* Every n-th of the rows that count, packed. */
static float *take_sample(const struct img_kmeans_input *in, size_t *taken, struct img_err *err)
{
    size_t counting = 0, seen = 0, bytes;
    for (size_t row = 0; row < in->count; row++)
        counting += !(in->skip && (in->skip[row / 8] >> row % 8 & 1));
    size_t step = (counting + IMG_KMEANS_SAMPLE - 1) / IMG_KMEANS_SAMPLE;
    float *sample = NULL;
    if (img_size_mul(IMG_KMEANS_SAMPLE * sizeof *sample, in->dimension, &bytes))
        sample = malloc(bytes + 1);
    if (!sample) {
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a sample");
        return NULL;
    }
    *taken = 0;
    for (size_t row = 0; row < in->count; row++) {
        if ((in->skip && (in->skip[row / 8] >> row % 8 & 1)) || seen++ % step != 0)
            continue;
        memcpy(sample + (*taken)++ * in->dimension, in->rows + row * in->dimension,
               in->dimension * sizeof *sample);
    }
    return sample;
}

bool img_kmeans_choose(const struct img_kmeans_input *in, uint64_t seed, size_t *k,
                       double *silhouette, struct img_err *err)
{
    struct img_kmeans_input small = *in;
    float *sample = take_sample(in, &small.count, err);
    bool ok = sample != NULL;
    small.rows = sample;
    small.skip = NULL;
    *k = 1;
    *silhouette = -INFINITY;
    for (size_t i = 0; ok && i < sizeof candidates / sizeof *candidates; i++) {
        struct img_kmeans found;
        if (candidates[i] >= small.count)
            break;
        ok = img_kmeans_run(&small, candidates[i], seed, &found, err);
        double value = ok ? img_kmeans_silhouette(&small, &found) : 0;
        if (ok && found.k == candidates[i] && value > *silhouette) {
            *k = found.k;
            *silhouette = value;
        }
        img_kmeans_clear(&found);
    }
    if (*k == 1)
        *silhouette = 0;
    free(sample);
    return ok;
}
