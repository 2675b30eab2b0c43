/* Pillow's two-pass integer resampling, restricted to a crop. */
#include "image/resample.h"

#include <math.h>
#include <string.h>

#include "base/size.h"
#include "image/lanes.h"

enum {
    PRECISION = 32 - 8 - 2, /* bits of a coefficient */
    GROUP = 24,             /* samples the horizontal pass takes at once: eight pixels */
    BLOCK = 32,             /* samples the vertical pass takes at once */
};

typedef img_lanes lanes;
typedef uint16_t eight_words __attribute__((vector_size(16)));

/* Keys' cubic with a = -0.5, in the order of operations that decides the last bit. */
static double bicubic(double x)
{
    const double a = -0.5;
    x = fabs(x);
    if (x < 1.0)
        return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
    if (x < 2.0)
        return (((x - 5) * x + 8) * x - 4) * a;
    return 0.0;
}

/* The weights of output at (an index in the whole resized edge). */
static void weigh(struct img_resample_axis *axis, uint32_t slot, uint32_t at, uint32_t in,
                  double scale, double *scratch)
{
    double widen = scale < 1.0 ? 1.0 : scale;
    double support = 2.0 * widen;
    double inverse = 1.0 / widen;
    double centre = (at + 0.5) * scale;
    double low = centre - support + 0.5;
    double high = centre + support + 0.5;
    uint32_t first = low < 0 ? 0 : (uint32_t)low;
    uint32_t last = high > in ? in : (uint32_t)high;
    uint32_t count = last - first;
    double sum = 0.0;
    for (uint32_t i = 0; i < count; i++) {
        scratch[i] = bicubic((i + first - centre + 0.5) * inverse);
        sum += scratch[i];
    }
    int32_t *weights = axis->weights + (size_t)slot * axis->taps;
    for (uint32_t i = 0; i < count; i++) {
        double weight = (sum != 0.0 ? scratch[i] / sum : scratch[i]) * (1 << PRECISION);
        weights[i] = (int32_t)(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    axis->first[slot] = first;
    axis->count[slot] = count;
}

static bool axis_init(struct img_resample_axis *axis, uint32_t in, uint32_t out, uint32_t offset,
                      uint32_t size, struct img_arena *arena, struct img_err *err)
{
    *axis = (struct img_resample_axis){.needed = in != out, .begin = offset, .end = offset + size};
    if (!axis->needed)
        return true;
    double scale = (double)in / out;
    axis->taps = (uint32_t)ceil(2.0 * (scale < 1.0 ? 1.0 : scale)) * 2 + 1;
    size_t total;
    if (!img_size_mul(axis->taps, size, &total))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "too many weights to resample");
    axis->first = img_arena_array(arena, size, sizeof *axis->first, err);
    axis->count = axis->first ? img_arena_array(arena, size, sizeof *axis->count, err) : NULL;
    axis->weights = axis->count ? img_arena_array(arena, total, sizeof *axis->weights, err) : NULL;
    double *scratch = axis->weights ? img_arena_array(arena, axis->taps, sizeof *scratch, err) : NULL;
    if (!scratch)
        return false;
    axis->begin = in;
    axis->end = 0;
    for (uint32_t i = 0; i < size; i++) {
        weigh(axis, i, i + offset, in, scale, scratch);
        if (axis->first[i] < axis->begin)
            axis->begin = axis->first[i];
        if (axis->first[i] + axis->count[i] > axis->end)
            axis->end = axis->first[i] + axis->count[i];
    }
    return true;
}

/* Each weight three times over, so that the horizontal pass runs along interleaved bytes. */
static bool spread(struct img_resample *resample, struct img_arena *arena, struct img_err *err)
{
    const struct img_resample_axis *axis = &resample->across;
    resample->stride_rgb = (axis->taps * 3 + GROUP - 1) / GROUP * GROUP;
    size_t total;
    if (!img_size_mul(resample->stride_rgb, resample->columns, &total))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "too many weights to resample");
    resample->across_rgb = img_arena_array(arena, total, sizeof *resample->across_rgb, err);
    if (!resample->across_rgb)
        return false;
    for (uint32_t x = 0; x < resample->columns; x++) {
        const int32_t *from = axis->weights + (size_t)x * axis->taps;
        int32_t *to = resample->across_rgb + (size_t)x * resample->stride_rgb;
        for (uint32_t i = 0; i < axis->count[x] * 3; i++)
            to[i] = from[i / 3];
    }
    return true;
}

bool img_resample_init(struct img_resample *resample, uint32_t width, uint32_t height,
                       const struct img_crop_box *box, struct img_arena *arena, struct img_err *err)
{
    *resample = (struct img_resample){.width = width,
                                      .height = height,
                                      .columns = box->columns,
                                      .rows = box->rows};
    if (!axis_init(&resample->across, width, box->width, box->left, box->columns, arena, err) ||
        !axis_init(&resample->down, height, box->height, box->top, box->rows, arena, err))
        return false;
    if (resample->across.needed && !spread(resample, arena, err))
        return false;
    resample->stride = (box->columns * 3 + BLOCK - 1) / BLOCK * BLOCK;
    size_t rows = resample->down.end - resample->down.begin;
    size_t row = resample->stride * sizeof *resample->middle;
    size_t source = ((size_t)width * 3 / BLOCK + 2) * BLOCK * sizeof *resample->wide;
    resample->wide = img_arena_alloc(arena, source, err);
    resample->middle = resample->wide ? img_arena_array(arena, rows, row, err) : NULL;
    resample->line = resample->middle ? img_arena_alloc(arena, resample->stride, err) : NULL;
    return resample->line != NULL;
}

static inline uint8_t clip(int32_t sum)
{
    sum >>= PRECISION;
    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

/* sum += samples * weights, eight at a time. */
static inline void add_products(lanes *sum, const uint16_t *samples, const int32_t *weights)
{
    eight_words eight;
    lanes factors;
    memcpy(&eight, samples, sizeof eight);
    memcpy(&factors, weights, sizeof factors);
    *sum += __builtin_convertvector(eight, lanes) * factors;
}

static inline void add_scaled(lanes *sum, const uint16_t *samples, int32_t weight)
{
    eight_words eight;
    memcpy(&eight, samples, sizeof eight);
    *sum += __builtin_convertvector(eight, lanes) * weight;
}

/* Samples first to last, and up to a block more, of what may be a whole row. */
IMG_FAST static void widen(const uint8_t *rgb, size_t first, size_t last, uint16_t *out)
{
    size_t x = first / BLOCK * BLOCK;
    for (; x + BLOCK <= last; x += BLOCK)
        for (size_t lane = 0; lane < BLOCK; lane++)
            out[x + lane] = rgb[x + lane];
    for (; x < last; x++)
        out[x] = rgb[x];
}

IMG_FAST static void across(const struct img_resample *resample, uint16_t *out)
{
    for (uint32_t x = 0; x < resample->columns; x++) {
        const uint16_t *from = resample->wide + (size_t)resample->across.first[x] * 3;
        const int32_t *weights = resample->across_rgb + (size_t)x * resample->stride_rgb;
        uint32_t samples = resample->across.count[x] * 3;
        lanes a = {0}, b = {0}, c = {0};
        for (uint32_t i = 0; i < samples; i += GROUP) {
            add_products(&a, from + i, weights + i);
            add_products(&b, from + i + 8, weights + i + 8);
            add_products(&c, from + i + 16, weights + i + 16);
        }
        int32_t half = 1 << (PRECISION - 1);
        out[x * 3] = clip(half + a[0] + a[3] + a[6] + b[1] + b[4] + b[7] + c[2] + c[5]);
        out[x * 3 + 1] = clip(half + a[1] + a[4] + a[7] + b[2] + b[5] + c[0] + c[3] + c[6]);
        out[x * 3 + 2] = clip(half + a[2] + a[5] + b[0] + b[3] + b[6] + c[1] + c[4] + c[7]);
    }
}

IMG_FAST static void down(const uint16_t *rows, size_t stride, const int32_t *weights, uint32_t count,
                      uint8_t *out)
{
    for (size_t x = 0; x < stride; x += BLOCK) {
        lanes a = {0}, b = {0}, c = {0}, d = {0};
        for (uint32_t i = 0; i < count; i++) {
            const uint16_t *row = rows + i * stride + x;
            add_scaled(&a, row, weights[i]);
            add_scaled(&b, row + 8, weights[i]);
            add_scaled(&c, row + 16, weights[i]);
            add_scaled(&d, row + 24, weights[i]);
        }
        int32_t half = 1 << (PRECISION - 1);
        for (uint32_t lane = 0; lane < 8; lane++) {
            out[x + lane] = clip(half + a[lane]);
            out[x + lane + 8] = clip(half + b[lane]);
            out[x + lane + 16] = clip(half + c[lane]);
            out[x + lane + 24] = clip(half + d[lane]);
        }
    }
}

void img_resample_row(struct img_resample *resample, uint32_t y, const uint8_t *rgb)
{
    if (y < resample->down.begin || y >= resample->down.end)
        return;
    uint16_t *out = resample->middle + (size_t)(y - resample->down.begin) * resample->stride;
    size_t first = (size_t)resample->across.begin * 3, last = (size_t)resample->across.end * 3;
    widen(rgb, first, last, resample->wide);
    if (resample->across.needed)
        across(resample, out);
    else
        memcpy(out, resample->wide + first, (last - first) * sizeof *out);
}

void img_resample_finish(struct img_resample *resample, uint8_t *out)
{
    const struct img_resample_axis *axis = &resample->down;
    size_t bytes = (size_t)resample->columns * 3;
    for (uint32_t y = 0; y < resample->rows; y++) {
        uint32_t first = axis->needed ? axis->first[y] - axis->begin : y;
        const uint16_t *rows = resample->middle + (size_t)first * resample->stride;
        if (axis->needed)
            down(rows, resample->stride, axis->weights + (size_t)y * axis->taps, axis->count[y],
                 resample->line);
        for (size_t i = 0; i < bytes && !axis->needed; i++)
            resample->line[i] = (uint8_t)rows[i];
        memcpy(out + y * bytes, resample->line, bytes);
    }
}
