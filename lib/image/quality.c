/* Sharpness, contrast, clipping, and the confidence that follows from them.
 *
 * Sums are of integers, so the figures do not depend on the order of summation. */
#include "image/quality.h"

#include <math.h>
#include <stddef.h>

#include "image/lanes.h"

/* What rounding pixels to integers, by the decoder and by the resampler, adds to the variance of
 * the Laplacian: 16 + 4 times a twelfth each. */
static const double rounding = 2 * 20.0 / 12;

/* Sums of squares over the three channels. */
struct squares {
    int64_t samples;
    int64_t laplacians, slopes; /* away from the border */
};

/* The inner samples of a row that has others above and below. A lane's sum is below 2^31 for
 * IMG_SIZE_MAX pixels. */
IMG_FAST static void add_edges(const uint16_t *above, const uint16_t *row, const uint16_t *below,
                               size_t samples, struct squares *squares)
{
    img_lanes laplacians = {0}, slopes = {0};
    size_t i = 3, end = samples - 3;
    for (; end - i >= IMG_LANES; i += IMG_LANES) {
        img_lanes here, right, left, up, down;
        img_lanes_load(&here, row + i);
        img_lanes_load(&right, row + i + 3);
        img_lanes_load(&left, row + i - 3);
        img_lanes_load(&up, above + i);
        img_lanes_load(&down, below + i);
        right -= here;
        down -= here;
        img_lanes laplacian = right + down + left - here + up - here;
        laplacians += laplacian * laplacian;
        slopes += right * right + down * down;
    }
    squares->laplacians += img_lanes_sum(&laplacians);
    squares->slopes += img_lanes_sum(&slopes);
    for (; i < end; i++) {
        int32_t right = row[i + 3] - row[i], down = below[i] - row[i];
        int32_t laplacian = right + down + row[i - 3] - row[i] + above[i] - row[i];
        squares->laplacians += laplacian * laplacian;
        squares->slopes += right * right + down * down;
    }
}

IMG_FAST static void add_samples(const uint8_t *bytes, uint16_t *row, size_t samples,
                                 struct squares *squares)
{
    img_lanes sum = {0};
    size_t i = 0;
    img_lanes_widen(bytes, samples, row);
    for (; samples - i >= IMG_LANES; i += IMG_LANES) {
        img_lanes here;
        img_lanes_load(&here, row + i);
        sum += here * here;
    }
    squares->samples += img_lanes_sum(&sum);
    for (; i < samples; i++)
        squares->samples += row[i] * row[i];
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
    size_t stride = (size_t)size * 3;
    int64_t count = (int64_t)size * size, sums[3] = {0};
    struct squares squares = {0};
    uint16_t rows[3][IMG_SIZE_MAX * 3];
    for (const uint8_t *at = pixels, *end = pixels + count * 3; at < end; at += 3)
        for (int i = 0; i < 3; i++)
            sums[i] += at[i];
    for (uint32_t y = 0; y < size; y++) {
        add_samples(pixels + y * stride, rows[y % 3], stride, &squares);
        if (y > 1 && size > 2)
            add_edges(rows[(y - 2) % 3], rows[(y - 1) % 3], rows[y % 3], stride, &squares);
    }
    double variance = 0, inside = size > 2 ? 3.0 * (size - 2) * (size - 2) : 1;
    if (count > 0) {
        variance = (double)squares.samples / (double)count / 3;
        for (int i = 0; i < 3; i++)
            variance -= (double)sums[i] / (double)count * ((double)sums[i] / (double)count) / 3;
    }
    info->contrast = variance > 1e-9 ? (float)sqrt(variance) : 0.0F;
    info->sharpness = (float)sqrt(fmax((double)squares.laplacians / inside - rounding, 0));
    info->gradient = (float)sqrt((double)squares.slopes / inside);
    info->clipping = count > 0 ? (float)count_clipped(pixels, count) / (float)count : 0.0F;
}

/* 1 from full on, falling linearly to least at 0. */
static double part(double value, double full, double least)
{
    return value >= full ? 1.0 : least + (1.0 - least) * value / full;
}

/* How abrupt the edges are that there are, whatever their number and height: 1.41 for a step,
 * 0.71 / s for one blurred by a Gaussian of s pixels, 2.24 for noise. Where there is none, none
 * is blurred. */
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
