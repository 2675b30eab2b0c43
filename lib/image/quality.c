/* Sharpness, contrast, and the confidence that follows from them.
 *
 * Luma is (299 R + 587 G + 114 B) / 1000 (ITU-R BT.601). Sums are of integers, so the figures do not
 * depend on the order of summation. */
#include "image/quality.h"

#include <math.h>
#include <stddef.h>

static int32_t luma(const uint8_t *pixel)
{
    return (299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2] + 500) / 1000;
}

static float deviation(int64_t sum, int64_t squares, int64_t count)
{
    if (count == 0)
        return 0.0F;
    double mean = (double)sum / (double)count;
    double variance = (double)squares / (double)count - mean * mean;
    return variance > 0 ? (float)sqrt(variance) : 0.0F;
}

void img_quality_measure(const uint8_t *pixels, uint32_t size, struct img_info *info)
{
    size_t stride = (size_t)size * 3;
    int64_t sum = 0, squares = 0, edge_sum = 0, edge_squares = 0, edges = 0;
    for (uint32_t y = 0; y < size; y++) {
        for (uint32_t x = 0; x < size; x++) {
            const uint8_t *at = pixels + y * stride + (size_t)x * 3;
            int32_t value = luma(at);
            sum += value;
            squares += value * value;
            if (x == 0 || y == 0 || x + 1 == size || y + 1 == size)
                continue;
            int32_t laplacian =
                luma(at - 3) + luma(at + 3) + luma(at - stride) + luma(at + stride) - 4 * value;
            edge_sum += laplacian;
            edge_squares += laplacian * laplacian;
            edges++;
        }
    }
    info->contrast = deviation(sum, squares, (int64_t)size * size);
    info->sharpness = deviation(edge_sum, edge_squares, edges);
}

/* 1 from full on, falling linearly to floor at 0. */
static double part(double value, double full, double least)
{
    return value >= full ? 1.0 : least + (1.0 - least) * value / full;
}

/* resolution * sharpness * contrast * warnings: the shorter side against the model's input (least
 * 0.25), sharpness against 10 (least 0.5), contrast against 30 (least 0.25), and 0.8 when the
 * decoder warned. */
float img_confidence(const struct img_info *info, uint32_t size)
{
    uint32_t shorter = info->width < info->height ? info->width : info->height;
    if (shorter == 0 || size == 0)
        return 0.0F;
    double confidence = part((double)shorter, (double)size, 0.25) *
                        part((double)info->sharpness, 10.0, 0.5) *
                        part((double)info->contrast, 30.0, 0.25) *
                        (info->decoder_warnings ? 0.8 : 1.0);
    return (float)confidence;
}
