/* Cells, their cosine transform in integers, three states a coefficient. */
#include "image/perceptual.h"

#include <math.h>
#include <string.h>

#include "image/lanes.h"

enum {
    CELLS = 32,
    FREQUENCIES = 15, /* 0..14 */
    LEVEL = 16,       /* a cell's units in one grey level */
    COSINE = 1 << 14,
    SIDE_MAX = 4096, /* IMG_SIZE_MAX, in picture.h, which includes this */
};

static const double pi = 3.14159265358979323846;

/* Samples of a row, `weight` times over. */
IMG_FAST static void add_row(int32_t *sums, const uint8_t *row, size_t samples, int32_t weight)
{
    uint16_t words[SIDE_MAX * 3];
    size_t i = 0;
    img_lanes_widen(row, samples, words);
    for (; samples - i >= IMG_LANES; i += IMG_LANES) {
        img_lanes values, sum;
        img_lanes_load(&values, words + i);
        memcpy(&sum, sums + i, sizeof sum);
        sum += values * weight;
        memcpy(sums + i, &sum, sizeof sum);
    }
    for (; i < samples; i++)
        sums[i] += words[i] * weight;
}

/* How much of pixel `at` lies in `cell`: each pixel is CELLS parts wide, each cell size of them. */
static uint32_t share_of(uint32_t at, uint32_t cell, uint32_t size)
{
    uint32_t from = at * CELLS, to = from + CELLS;
    uint32_t begin = cell * size > from ? cell * size : from;
    uint32_t end = (cell + 1) * size < to ? (cell + 1) * size : to;
    return end - begin;
}

/* A row of cells, from what a stretch of rows comes to: luma (ITU-R BT.601) by cells, and the
 * colours' sums. */
static void make_cell_row(const int32_t *sums, uint32_t size, int64_t grey[CELLS],
                          int64_t colours[3])
{
    const int64_t unit = (int64_t)size * size * 1000;
    for (uint32_t cell = 0; cell < CELLS; cell++) {
        int64_t luma = 0;
        for (uint32_t x = cell * size / CELLS; x * CELLS < (cell + 1) * size; x++) {
            const int32_t *at = sums + (size_t)x * 3;
            luma += (299 * (int64_t)at[0] + 587 * (int64_t)at[1] + 114 * (int64_t)at[2]) *
                    share_of(x, cell, size);
        }
        grey[cell] = luma * LEVEL / unit;
    }
    for (size_t i = 0; i < (size_t)size * 3; i++)
        colours[i % 3] += sums[i];
}

/* Grey values of the cells, in sixteenths of a level, and each colour's sum over the pixels,
 * CELLS times. Integers, so that a mirrored picture gives exactly the mirrored cells. */
static void make_cells(const uint8_t *pixels, uint32_t size, int64_t grey[CELLS][CELLS],
                       int64_t colours[3])
{
    int32_t sums[SIDE_MAX * 3];
    size_t samples = (size_t)size * 3;
    for (uint32_t cell = 0; cell < CELLS; cell++) {
        memset(sums, 0, samples * sizeof *sums);
        for (uint32_t y = cell * size / CELLS; y * CELLS < (cell + 1) * size; y++)
            add_row(sums, pixels + y * samples, samples, (int32_t)share_of(y, cell, size));
        make_cell_row(sums, size, grey[cell], colours);
    }
}

/* cosines[u][x] = cos(pi u (2x + 1) / 64), exactly symmetric in x. */
static void make_cosines(int64_t cosines[FREQUENCIES][CELLS])
{
    for (int u = 0; u < FREQUENCIES; u++)
        for (int x = 0; x < CELLS / 2; x++) {
            cosines[u][x] = lround(cos(pi * (u * (2 * x + 1)) / (2 * CELLS)) * COSINE);
            cosines[u][CELLS - 1 - x] = u % 2 ? -cosines[u][x] : cosines[u][x];
        }
}

/* coefficients[u][v], in units of one grey level's wave. */
static void transform(int64_t grey[CELLS][CELLS], double coefficients[FREQUENCIES][FREQUENCIES])
{
    const double unit = (double)LEVEL * (CELLS / 2) * (CELLS / 2) * COSINE * COSINE;
    int64_t cosines[FREQUENCIES][CELLS], across[CELLS][FREQUENCIES];
    make_cosines(cosines);
    for (int y = 0; y < CELLS; y++)
        for (int u = 0; u < FREQUENCIES; u++) {
            across[y][u] = 0;
            for (int x = 0; x < CELLS; x++)
                across[y][u] += grey[y][x] * cosines[u][x];
        }
    for (int u = 0; u < FREQUENCIES; u++)
        for (int v = 0; u + v < FREQUENCIES; v++) {
            int64_t sum = 0;
            for (int y = 0; y < CELLS; y++)
                sum += across[y][u] * cosines[v][y];
            coefficients[u][v] = (double)sum / unit;
        }
}

static void put_states(double coefficients[FREQUENCIES][FREQUENCIES], struct img_perceptual *hash)
{
    unsigned bit = 0;
    for (int sum = 1; sum < FREQUENCIES; sum++) {
        double squares = 0;
        for (int u = 0; u <= sum; u++)
            squares += coefficients[u][sum - u] * coefficients[u][sum - u];
        double least = fmax(0.43 * sqrt(squares / (sum + 1)), 0.5);
        for (int u = 0; u <= sum; u++, bit++) {
            double value = coefficients[u][sum - u];
            if (value > least)
                hash->bytes[bit / 8] |= (uint8_t)(1U << bit % 8);
            if (value >= -least)
                hash->bytes[IMG_PERCEPTUAL_PLANE + bit / 8] |= (uint8_t)(1U << bit % 8);
        }
    }
}

static void put_colour(const int64_t sums[3], uint32_t size, struct img_perceptual *hash)
{
    static const int64_t most[3] = {31, 63, 31};
    static const unsigned shift[3] = {11, 5, 0};
    int64_t white = (int64_t)size * size * CELLS * 255;
    unsigned colour = 0;
    for (int i = 0; i < 3; i++)
        colour |= (unsigned)((sums[i] * most[i] * 2 + white) / (2 * white)) << shift[i];
    hash->bytes[2 * IMG_PERCEPTUAL_PLANE] = (uint8_t)colour;
    hash->bytes[2 * IMG_PERCEPTUAL_PLANE + 1] = (uint8_t)(colour >> 8);
}

void img_perceptual_hash(const uint8_t *pixels, uint32_t size, struct img_perceptual *hash)
{
    int64_t grey[CELLS][CELLS], colours[3] = {0};
    double coefficients[FREQUENCIES][FREQUENCIES];
    memset(hash, 0, sizeof *hash);
    make_cells(pixels, size, grey, colours);
    transform(grey, coefficients);
    put_states(coefficients, hash);
    put_colour(colours, size, hash);
}

static uint64_t word(const uint8_t *plane, unsigned first)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8 && first + i < IMG_PERCEPTUAL_PLANE; i++)
        value |= (uint64_t)plane[first + i] << 8 * i;
    return value;
}

bool img_perceptual_look(const struct img_perceptual *hash, struct img_look *look)
{
    const uint8_t *rest = hash->bytes + IMG_PERCEPTUAL_PLANE;
    const uint64_t surplus = ~(uint64_t)0 << (IMG_PERCEPTUAL_COEFFICIENTS - 64);
    unsigned colour = hash->bytes[2 * IMG_PERCEPTUAL_PLANE] |
                      (unsigned)hash->bytes[2 * IMG_PERCEPTUAL_PLANE + 1] << 8;
    *look = (struct img_look){
        .words = {word(hash->bytes, 0), word(hash->bytes, 8), word(rest, 0), word(rest, 8)},
        .red = (uint8_t)(colour >> 11),
        .green = (uint8_t)(colour >> 6 & 31),
        .blue = (uint8_t)(colour & 31),
    };
    const uint64_t *words = look->words;
    look->details = (uint8_t)(__builtin_popcountll(words[0]) + __builtin_popcountll(words[1]) +
                              __builtin_popcountll(~words[2]) +
                              __builtin_popcountll(~words[3] & ~surplus));
    return (words[0] & ~words[2]) == 0 && (words[1] & ~words[3]) == 0 &&
           ((words[1] | words[3]) & surplus) == 0;
}

/* 1, -1 or 0. */
static int state(const struct img_look *look, unsigned bit)
{
    uint64_t mask = (uint64_t)1 << bit % 64;
    if (look->words[bit / 64] & mask)
        return 1;
    return look->words[2 + bit / 64] & mask ? 0 : -1;
}

static void set_state(struct img_look *look, unsigned bit, int value)
{
    uint64_t mask = (uint64_t)1 << bit % 64;
    if (value > 0)
        look->words[bit / 64] |= mask;
    if (value >= 0)
        look->words[2 + bit / 64] |= mask;
}

/* An orientation is a transposition or none, then mirroring left to right and top to bottom. */
struct turning {
    bool transpose, across, down;
};

static const struct turning turnings[9] = {
    [2] = {.across = true},
    [3] = {.across = true, .down = true},
    [4] = {.down = true},
    [5] = {.transpose = true},
    [6] = {.transpose = true, .across = true},
    [7] = {.transpose = true, .across = true, .down = true},
    [8] = {.transpose = true, .down = true},
};

static unsigned place(unsigned u, unsigned v)
{
    unsigned sum = u + v;
    return (sum + 1) * sum / 2 - 1 + u;
}

void img_look_turn(const struct img_look *look, unsigned orientation, struct img_look *turned)
{
    const struct turning *turning = &turnings[orientation <= 8 ? orientation : 0];
    *turned = *look;
    memset(turned->words, 0, sizeof turned->words);
    for (unsigned u = 0; u < FREQUENCIES; u++)
        for (unsigned v = u == 0; u + v < FREQUENCIES; v++) {
            int value = state(look, turning->transpose ? place(v, u) : place(u, v));
            bool negated = (turning->across && u % 2) != (turning->down && v % 2);
            set_state(turned, place(u, v), negated ? -value : value);
        }
}

unsigned img_orientation_inverse(unsigned orientation)
{
    return orientation == 6 ? 8 : orientation == 8 ? 6 : orientation;
}
