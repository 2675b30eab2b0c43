/* Comparing kernels with their definition. */
#include "support/kernel_cases.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 800 * 1024 };

static float a[MOST], w[MOST], w_pairs[MOST], c[2][MOST];
static char what[160];

static uint32_t state = 20;

static float number(float range)
{
    state = state * 1664525u + 1013904223u;
    return ((float)(state >> 8) * 0x1p-23f - 1.0f) * range;
}

static void fill(float *x, size_t n, float range)
{
    for (size_t i = 0; i < n; i++)
        x[i] = number(range);
}

/* Pairs of bfloat16: the upper halves of two numbers each. */
static void fill_pairs(float *pairs, size_t n, float range)
{
    for (size_t i = 0; i < n; i++) {
        float low = number(range), high = number(range);
        uint32_t low_bits, bits;
        memcpy(&low_bits, &low, sizeof low_bits);
        memcpy(&bits, &high, sizeof bits);
        bits = (bits & 0xffff0000u) | low_bits >> 16;
        memcpy(&pairs[i], &bits, sizeof bits);
    }
}

static bool same(size_t n)
{
    return memcmp(c[0], c[1], n * sizeof c[0][0]) == 0;
}

static const char *product(const struct img_kernels *const both[2], size_t rows, size_t k,
                           size_t panels, unsigned number, bool pairs)
{
    size_t stride = panels * IMG_LANES + 3, used = rows * stride;
    for (int i = 0; i < 2; i++) {
        memset(c[i], 0, used * sizeof c[i][0]);
        both[i]->matmul(&(struct img_matmul){
            .a = a + 1, .a_stride = k + 5, .w = pairs ? w_pairs + 7 : w + 7, .pairs = pairs,
            .bias = number % 2 ? a + 99 : NULL, .c = c[i] + 1, .c_stride = stride, .rows = rows,
            .k = k, .first_panel = panels > 2 ? 1 : 0, .end_panel = panels,
            .finish = number % 3 == 1   ? both[i]->gelu
                      : number % 3 == 2 ? both[i]->quick_gelu
                                        : NULL});
    }
    if (same(used + 1))
        return NULL;
    snprintf(what, sizeof what, "%s: matmul%s, %zu rows, k %zu, %zu panels", both[1]->name,
             pairs ? " of pairs" : "", rows, k, panels);
    return what;
}

static const char *products(const struct img_kernels *const both[2])
{
    static const size_t rows[] = {1, 2, 5, 6, 7, 11, 12, 13, 25, 50, 97, 100, 193};
    static const size_t ks[] = {1, 3, 17, 255, 256, 257, 511, 588, 769, 1025};
    static const size_t panels[] = {1, 2, 3, 5};
    unsigned number = 0;
    fill(a, MOST, 3);
    fill(w, MOST, 1);
    fill_pairs(w_pairs, MOST, 1);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (size_t k = 0; k < sizeof ks / sizeof *ks; k++)
            for (size_t p = 0; p < sizeof panels / sizeof *panels; p++, number++) {
                const char *failed = product(both, rows[r], ks[k], panels[p], number, false);
                if (!failed)
                    failed = product(both, rows[r], ks[k], panels[p], number, true);
                if (failed)
                    return failed;
            }
    return NULL;
}

static const char *rows_of(const struct img_kernels *const both[2])
{
    for (size_t n = 1; n < 200; n += n < 40 ? 1 : 13) {
        fill(a, 3 * n + 64, 4);
        for (int i = 0; i < 2; i++) {
            memcpy(c[i], a, (3 * n + 64) * sizeof *a);
            both[i]->layer_norm(c[i] + 1, a + n, a + 2 * n, 1e-5f, n, c[i] + 1);
            both[i]->add(a, n, c[i] + 3);
            both[i]->softmax(c[i] + 2, 0.125f, n);
        }
        if (!same(3 * n + 64)) {
            snprintf(what, sizeof what, "%s: layer norm, add or softmax of %zu", both[1]->name, n);
            return what;
        }
    }
    return NULL;
}

/* Every 1,021st float32 from -∞'s neighbour to ∞'s, and both zeros. */
static const char *functions(const struct img_kernels *const both[2])
{
    uint32_t bits = 0;
    do {
        size_t n = 0;
        for (; n < 1600 && bits < 0xff800000u; bits += 1021) {
            if ((bits & 0x7fffffffu) < 0x7f800000u)
                memcpy(&a[n++], &bits, sizeof bits);
        }
        memset(a + n, 0, (1600 - n) * sizeof *a);
        for (int i = 0; i < 2; i++) {
            memcpy(c[i], a, 1600 * sizeof *a);
            memcpy(c[i] + 1600, a, 1600 * sizeof *a);
            both[i]->gelu(c[i], 1600);
            both[i]->quick_gelu(c[i] + 1600, 1600);
        }
        if (!same(3200)) {
            snprintf(what, sizeof what, "%s: gelu or quick gelu below bits %08x", both[1]->name,
                     bits);
            return what;
        }
    } while (bits < 0xff800000u);
    return NULL;
}

const char *kernel_cases_compare(const struct img_kernels *kernels)
{
    const struct img_kernels *const both[2] = {img_kernels_built()[0], kernels};
    const char *failed = products(both);
    if (!failed)
        failed = rows_of(both);
    return failed ? failed : functions(both);
}
