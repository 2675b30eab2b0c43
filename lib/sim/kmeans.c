/* Drawing centres, and Lloyd's rounds. */
#include "sim/kmeans.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "search/assign.h"

/* Nearer than this two directions are the same: what is left is rounding. */
#define SAME 1e-12

struct run {
    const struct img_kmeans_input *input;
    struct img_kmeans *out;
    struct img_assigner *assigner;
    uint64_t random;
    double *inverse; /* [count], 1 / length; 0: the row does not count */
    double *best;    /* [count], while drawing: score with the nearest centre so far */
    size_t *nearest; /* [count], before this round */
    size_t *sizes;   /* [k] */
    double *sums;    /* [k, dimension] */
    size_t usable;
};

/* Steele, Lea & Flood, 2014: splitmix64. */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double draw_share(uint64_t *state)
{
    return (double)(draw(state) >> 11) * 0x1p-53;
}

static const float *row_of(const struct run *run, size_t row)
{
    return run->input->rows + row * run->input->dimension;
}

static void measure(struct run *run)
{
    const struct img_kmeans_input *in = run->input;
    for (size_t row = 0; row < in->count; row++) {
        const float *v = row_of(run, row);
        double sum = 0;
        for (size_t i = 0; i < in->dimension; i++)
            sum += (double)v[i] * v[i];
        bool skipped = in->skip && (in->skip[row / 8] >> row % 8 & 1);
        run->inverse[row] = !skipped && sum > 0 && isfinite(sum) ? 1 / sqrt(sum) : 0;
        run->usable += run->inverse[row] > 0;
    }
}

static void set_centre(struct run *run, size_t centre, size_t row)
{
    float *to = run->out->centres + centre * run->input->dimension;
    for (size_t i = 0; i < run->input->dimension; i++)
        to[i] = (float)(row_of(run, row)[i] * run->inverse[row]);
}

/* The n-th row that counts. */
static size_t usable_row(const struct run *run, uint64_t n)
{
    size_t row = 0;
    for (; row + 1 < run->input->count; row++)
        if (run->inverse[row] > 0 && n-- == 0)
            break;
    return row;
}

/* A row, its chance proportional to its distance from the centres so far; SIZE_MAX: none is left
 * that differs from all of them. */
static size_t draw_row(struct run *run)
{
    size_t last = SIZE_MAX;
    double sum = 0, at = 0;
    for (size_t row = 0; row < run->input->count; row++)
        if (run->inverse[row] > 0 && 1 - run->best[row] > SAME)
            sum += 1 - run->best[row];
    double target = draw_share(&run->random) * sum;
    for (size_t row = 0; row < run->input->count; row++) {
        if (!(run->inverse[row] > 0) || !(1 - run->best[row] > SAME))
            continue;
        last = row;
        at += 1 - run->best[row];
        if (at > target)
            break;
    }
    return last;
}

static bool seed_centres(struct run *run, size_t k, struct img_err *err)
{
    struct img_kmeans *out = run->out;
    size_t row = usable_row(run, draw(&run->random) % run->usable);
    for (size_t i = 0; i < run->input->count; i++)
        run->best[i] = -INFINITY;
    for (out->k = 0; out->k < k && row != SIZE_MAX; row = draw_row(run)) {
        set_centre(run, out->k, row);
        const float *centre = out->centres + out->k++ * run->input->dimension;
        if (!img_assigner_run(run->assigner, centre, 1, run->nearest, out->score, err))
            return false;
        for (size_t i = 0; i < run->input->count; i++)
            if (out->score[i] > run->best[i])
                run->best[i] = out->score[i];
    }
    return true;
}

static void count_members(struct run *run)
{
    memset(run->sizes, 0, run->out->k * sizeof *run->sizes);
    for (size_t row = 0; row < run->input->count; row++) {
        if (run->inverse[row] > 0 && run->out->cluster[row] != SIZE_MAX)
            run->sizes[run->out->cluster[row]]++;
        else
            run->out->cluster[row] = SIZE_MAX;
    }
}

/* An empty cluster gets the row that lies farthest from its centre, of a cluster that can spare
 * it. */
static void fill_empty(struct run *run)
{
    struct img_kmeans *out = run->out;
    for (size_t c = 0; c < out->k; c++) {
        size_t worst = SIZE_MAX;
        for (size_t row = 0; run->sizes[c] == 0 && row < run->input->count; row++)
            if (out->cluster[row] != SIZE_MAX && run->sizes[out->cluster[row]] > 1 &&
                (worst == SIZE_MAX || out->score[row] < out->score[worst]))
                worst = row;
        if (worst == SIZE_MAX)
            continue;
        run->sizes[out->cluster[worst]]--;
        run->sizes[c]++;
        out->cluster[worst] = c;
        out->score[worst] = 1;
    }
}

/* Each centre becomes the mean direction of its members; members that cancel out leave it. */
static void move_centres(struct run *run)
{
    size_t dimension = run->input->dimension, k = run->out->k;
    memset(run->sums, 0, k * dimension * sizeof *run->sums);
    for (size_t row = 0; row < run->input->count; row++) {
        if (run->out->cluster[row] == SIZE_MAX)
            continue;
        double *sum = run->sums + run->out->cluster[row] * dimension;
        const float *v = row_of(run, row);
        for (size_t i = 0; i < dimension; i++)
            sum[i] += v[i] * run->inverse[row];
    }
    for (size_t c = 0; c < k; c++) {
        const double *sum = run->sums + c * dimension;
        double length = 0;
        for (size_t i = 0; i < dimension; i++)
            length += sum[i] * sum[i];
        length = sqrt(length);
        for (size_t i = 0; length > SAME && i < dimension; i++)
            run->out->centres[c * dimension + i] = (float)(sum[i] / length);
    }
}

static bool iterate(struct run *run, struct img_err *err)
{
    struct img_kmeans *out = run->out;
    size_t bytes = run->input->count * sizeof *out->cluster;
    memset(run->nearest, 0xff, bytes);
    while (!out->settled && out->rounds < IMG_KMEANS_ROUNDS) {
        if (!img_assigner_run(run->assigner, out->centres, out->k, out->cluster, out->score, err))
            return false;
        count_members(run);
        fill_empty(run);
        out->settled = memcmp(run->nearest, out->cluster, bytes) == 0;
        memcpy(run->nearest, out->cluster, bytes);
        if (!out->settled)
            move_centres(run);
        out->rounds++;
    }
    return true;
}

static bool allocate(struct run *run, size_t k, struct img_err *err)
{
    size_t count = run->input->count, cells, bytes;
    struct img_kmeans *out = run->out;
    bool fits = k <= IMG_KMEANS_K_MAX && img_size_mul(k, run->input->dimension, &cells) &&
                img_size_mul(cells, sizeof *run->sums, &bytes);
    if (fits) {
        out->cluster = calloc(count + 1, sizeof *out->cluster);
        out->score = calloc(count + 1, sizeof *out->score);
        out->centres = calloc(cells + 1, sizeof *out->centres);
        run->inverse = calloc(count + 1, sizeof *run->inverse);
        run->best = calloc(count + 1, sizeof *run->best);
        run->nearest = calloc(count + 1, sizeof *run->nearest);
        run->sizes = calloc(k + 1, sizeof *run->sizes);
        run->sums = calloc(cells + 1, sizeof *run->sums);
        fits = out->cluster && out->score && out->centres && run->inverse && run->best &&
               run->nearest && run->sizes && run->sums;
    }
    return fits || img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu clusters", k);
}

static bool cluster(struct run *run, size_t k, struct img_err *err)
{
    const struct img_kmeans_input *in = run->input;
    const struct img_assigner_options options = {
        .rows = in->rows,
        .count = in->count,
        .dimension = in->dimension,
        .metric = IMG_METRIC_COSINE,
        .threads = in->threads,
        .stopped = in->stopped,
    };
    if (!allocate(run, k, err))
        return false;
    measure(run);
    if (run->usable == 0) {
        memset(run->out->cluster, 0xff, in->count * sizeof *run->out->cluster);
        run->out->settled = true;
        return true;
    }
    return img_assigner_open(&run->assigner, &options, err) && seed_centres(run, k, err) &&
           iterate(run, err);
}

bool img_kmeans_run(const struct img_kmeans_input *input, size_t k, uint64_t seed,
                    struct img_kmeans *out, struct img_err *err)
{
    struct run run = {.input = input, .out = out, .random = seed};
    *out = (struct img_kmeans){0};
    bool ok = cluster(&run, k, err);
    img_assigner_close(run.assigner);
    free(run.inverse);
    free(run.best);
    free(run.nearest);
    free(run.sizes);
    free(run.sums);
    return ok;
}

void img_kmeans_clear(struct img_kmeans *out)
{
    free(out->cluster);
    free(out->score);
    free(out->centres);
    *out = (struct img_kmeans){0};
}
