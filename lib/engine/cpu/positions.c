/* Bicubic interpolation of a grid of position embeddings, in double, rounded once. */
#include "engine/cpu/positions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"

/* Patches of a picture, at most: attention's work grows with their square, and nothing ends an encoding
 * half-way. Four times as many as the largest published models have. */
enum { PATCHES_MOST = 4096 };

/* The four taps around one place: indices into the old grid and their weights. */
struct taps {
    size_t index[4];
    double weight[4];
};

/* Keys' cubic convolution kernel with a = -0.75. */
static double cubic(double x)
{
    const double a = -0.75;
    x = fabs(x);
    if (x <= 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

static struct taps taps_at(size_t place, size_t from, size_t to)
{
    struct taps taps;
    double source = ((double)place + 0.5) * (double)from / (double)to - 0.5;
    double base = floor(source);
    for (int i = 0; i < 4; i++) {
        double index = base + i - 1;
        taps.weight[i] = cubic(source - index);
        index = fmin(fmax(index, 0), (double)from - 1);
        taps.index[i] = (size_t)index;
    }
    return taps;
}

void img_positions_interpolate(const float *positions, size_t from, size_t to, size_t width,
                               float *out)
{
    memcpy(out, positions, width * sizeof *out);
    const float *grid = positions + width;
    float *cell = out + width;
    for (size_t y = 0; y < to; y++) {
        struct taps rows = taps_at(y, from, to);
        for (size_t x = 0; x < to; x++, cell += width) {
            struct taps cols = taps_at(x, from, to);
            for (size_t c = 0; c < width; c++) {
                double sum = 0;
                for (int j = 0; j < 4; j++) {
                    double line = 0;
                    for (int i = 0; i < 4; i++)
                        line += cols.weight[i] *
                                (double)grid[(rows.index[j] * from + cols.index[i]) * width + c];
                    sum += rows.weight[j] * line;
                }
                cell[c] = (float)sum;
            }
        }
    }
}

bool img_positions_at(const struct img_arch *arch, const float *own, uint32_t image_size,
                      size_t *tokens, const float **positions, float **memory,
                      struct img_err *err)
{
    size_t from = arch->image_size / arch->patch, grid = image_size / arch->patch, bytes;
    size_t most = 1;
    while ((most + 1) * (most + 1) <= PATCHES_MOST && (most + 1) * arch->patch <= IMG_SIZE_MAX)
        most++;
    if (grid == 0 || grid > most)
        return img_err_set(err, IMG_ERR_CONFIG, "image_size %u: must be from %u to %zu for this model",
                           image_size, arch->patch, most * arch->patch + arch->patch - 1);
    *tokens = 1 + grid * grid;
    *positions = own;
    *memory = NULL;
    if (grid == from)
        return true;
    if (img_size_mul(*tokens * sizeof(float), arch->image.width, &bytes))
        *memory = malloc(bytes);
    if (!*memory)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for position embeddings");
    img_positions_interpolate(own, from, grid, arch->image.width, *memory);
    *positions = *memory;
    return true;
}
