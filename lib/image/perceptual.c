/* Cells, their cosine transform in integers, three states a coefficient. */
#include "image/perceptual.h"

#include <math.h>
#include <string.h>

enum {
    CELLS = 32,
    FREQUENCIES = 15, /* 0..14 */
    LEVEL = 16,       /* a cell's units in one grey level */
    COSINE = 1 << 14,
};

static const double pi = 3.14159265358979323846;

/* Luma in thousandths (ITU-R BT.601). */
static int64_t luma(const uint8_t *pixel)
{
    return 299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2];
}

/* Horizontal means of a row's pixels times size: each pixel spreads over its share of the cells. */
static void spread_row(const uint8_t *rgb, uint32_t size, int64_t cells[CELLS])
{
    memset(cells, 0, CELLS * sizeof *cells);
    for (uint32_t x = 0; x < size; x++) {
        int64_t value = luma(rgb + (size_t)x * 3);
        uint32_t from = x * CELLS, to = from + CELLS;
        for (uint32_t cell = from / size; from < to; cell++) {
            uint32_t end = (cell + 1) * size < to ? (cell + 1) * size : to;
            cells[cell] += value * (end - from);
            from = end;
        }
    }
}

/* Grey values of the cells, in sixteenths of a level. Integers, so that a mirrored picture gives
 * exactly the mirrored cells. */
static void make_cells(const uint8_t *pixels, uint32_t size, int64_t grey[CELLS][CELLS])
{
    int64_t row[CELLS], unit = (int64_t)size * size * 1000;
    memset(grey, 0, CELLS * sizeof *grey);
    for (uint32_t y = 0; y < size; y++) {
        spread_row(pixels + (size_t)y * size * 3, size, row);
        uint32_t from = y * CELLS, to = from + CELLS;
        for (uint32_t cell = from / size; from < to; cell++) {
            uint32_t end = (cell + 1) * size < to ? (cell + 1) * size : to;
            for (int x = 0; x < CELLS; x++)
                grey[cell][x] += row[x] * (end - from);
            from = end;
        }
    }
    for (int y = 0; y < CELLS; y++)
        for (int x = 0; x < CELLS; x++)
            grey[y][x] = grey[y][x] * LEVEL / unit;
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

static void put_colour(const uint8_t *pixels, uint32_t size, struct img_perceptual *hash)
{
    static const unsigned most[3] = {31, 63, 31}, shift[3] = {11, 5, 0};
    uint64_t count = (uint64_t)size * size, sums[3] = {0};
    unsigned colour = 0;
    for (uint64_t i = 0; i < count * 3; i++)
        sums[i % 3] += pixels[i];
    for (int i = 0; i < 3; i++)
        colour |= (unsigned)((sums[i] * most[i] * 2 + count * 255) / (count * 510)) << shift[i];
    hash->bytes[2 * IMG_PERCEPTUAL_PLANE] = (uint8_t)colour;
    hash->bytes[2 * IMG_PERCEPTUAL_PLANE + 1] = (uint8_t)(colour >> 8);
}

void img_perceptual_hash(const uint8_t *pixels, uint32_t size, struct img_perceptual *hash)
{
    int64_t grey[CELLS][CELLS];
    double coefficients[FREQUENCIES][FREQUENCIES];
    memset(hash, 0, sizeof *hash);
    make_cells(pixels, size, grey);
    transform(grey, coefficients);
    put_states(coefficients, hash);
    put_colour(pixels, size, hash);
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
