/* Sharpness, contrast, clipping, and the confidence that follows from them.
 *
 * Sums are of integers, so the figures do not depend on the order of summation. */
#include "image/quality.h"

#include <math.h>
#include <stddef.h>

/* What rounding pixels to integers, by the decoder and by the resampler, adds to the variance of the
 * Laplacian: 16 + 4 times a twelfth each. */
static const double rounding = 2 * 20.0 / 12;

/* Sums over what is counted of one channel, or of all. */
struct sums {
    int64_t values, squares;           /* of the samples */
    int64_t edges, edge_squares;       /* of the Laplacian, away from the border */
    int64_t slopes;                    /* squares of the gradient there */
};

static double variance_of(int64_t sum, int64_t squares, int64_t count)
{
    if (count == 0)
        return 0.0;
    double mean = (double)sum / (double)count;
    return fmax((double)squares / (double)count - mean * mean, 0.0);
}

static void add_edges(struct sums *sums, const uint8_t *at, size_t stride)
{
    int32_t right = at[3] - *at, below = at[stride] - *at;
    int32_t laplacian = right + below + *(at - 3) - *at + *(at - stride) - *at;
    sums->edges += laplacian;
    sums->edge_squares += laplacian * laplacian;
    sums->slopes += right * right + below * below;
}

static struct sums sum_channel(const uint8_t *pixels, uint32_t size)
{
    struct sums sums = {0};
    size_t stride = (size_t)size * 3;
    for (uint32_t y = 0; y < size; y++) {
        const uint8_t *at = pixels + y * stride;
        for (uint32_t x = 0; x < size; x++, at += 3) {
            sums.values += *at;
            sums.squares += *at * *at;
            if (x > 0 && y > 0 && x + 1 < size && y + 1 < size)
                add_edges(&sums, at, stride);
        }
    }
    return sums;
}

static int64_t count_clipped(const uint8_t *pixels, int64_t count)
{
    int64_t clipped = 0;
    for (const uint8_t *at = pixels, *end = pixels + count * 3; at < end; at += 3)
        clipped += at[0] == at[1] && at[1] == at[2] && (at[0] == 0 || at[0] == 255);
    return clipped;
}

void img_quality_measure(const uint8_t *pixels, uint32_t size, struct img_info *info)
{
    int64_t count = (int64_t)size * size;
    int64_t inside = size > 2 ? (int64_t)(size - 2) * (size - 2) : 0;
    double contrast = 0, sharpness = -rounding, gradient = 0;
    for (size_t channel = 0; channel < 3; channel++) {
        struct sums sums = sum_channel(pixels + channel, size);
        contrast += variance_of(sums.values, sums.squares, count) / 3;
        sharpness += variance_of(sums.edges, sums.edge_squares, inside) / 3;
        gradient += inside > 0 ? (double)sums.slopes / (double)inside / 3 : 0;
    }
    info->contrast = (float)sqrt(contrast);
    info->sharpness = (float)sqrt(fmax(sharpness, 0));
    info->gradient = (float)sqrt(gradient);
    info->clipping = count > 0 ? (float)count_clipped(pixels, count) / (float)count : 0.0F;
}

/* 1 from full on, falling linearly to least at 0. */
static double part(double value, double full, double least)
{
    return value >= full ? 1.0 : least + (1.0 - least) * value / full;
}

/* How abrupt the edges are that there are, whatever their number and height: 1.41 for a step, 0.71 / s
 * for one blurred by a Gaussian of s pixels, 2.24 for noise. Where there is none, none is blurred. */
static double edge_sharpness(const struct img_info *info)
{
    return info->gradient > 0 ? (double)info->sharpness / (double)info->gradient : 1.0;
}

float img_confidence(const struct img_info *info, uint32_t size)
{
    uint32_t shorter = info->width < info->height ? info->width : info->height;
    if (shorter == 0 || size == 0)
        return 0.0F;
    double confidence = part((double)shorter, (double)size, 0.25) *
                        part(edge_sharpness(info), 0.8, 0.25) *
                        part((double)info->contrast, 16.0, 0.25) *
                        part(1.0 - (double)info->clipping, 0.5, 0.6) *
                        (info->decoder_warnings ? 0.8 : 1.0);
    return (float)confidence;
}
