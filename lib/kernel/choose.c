/* Choosing a set: what runs here, and gives the scalar set's bits on a small example. */
#include "kernel/sets.h"

#include <stdint.h>
#include <string.h>

/* Crosses a block of k; two panels and one; every height of tile. Odd sizes for the rest. */
enum { ROWS = 12, K = IMG_K_BLOCK + 3, PANELS = 3, LONG = 37 };

struct example {
    float a[ROWS * K], w[PANELS * K * IMG_LANES], bias[PANELS * IMG_LANES];
    float pairs[PANELS * K * IMG_LANES / 2];
    float c[ROWS * PANELS * IMG_LANES], row[3 * IMG_LANES];
};

/* Values in [-2, 2) that use all bits of a float32, the same for every run. */
static void fill(float *x, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        x[i] = (float)(seed >> 8) * 0x1p-22f - 2.0f;
    }
}

/* Pairs of bfloat16 out of the upper halves of numbers. */
static void fill_pairs(float *pairs, size_t n, const float *from)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t low, high;
        memcpy(&low, &from[2 * i], sizeof low);
        memcpy(&high, &from[2 * i + 1], sizeof high);
        high = (high & 0xffff0000u) | low >> 16;
        memcpy(&pairs[i], &high, sizeof high);
    }
}

static void fill_example(struct example *e)
{
    fill(e->a, sizeof e->a / sizeof e->a[0], 1);
    fill(e->w, sizeof e->w / sizeof e->w[0], 2);
    fill(e->bias, sizeof e->bias / sizeof e->bias[0], 3);
    fill(e->row, sizeof e->row / sizeof e->row[0], 4);
    fill_pairs(e->pairs, sizeof e->pairs / sizeof e->pairs[0], e->w);
}

static void multiply(const struct img_kernels *kernels, struct example *e, size_t rows, size_t k,
                     bool pairs)
{
    kernels->matmul(&(struct img_matmul){
        .a = e->a, .a_stride = K, .w = pairs ? e->pairs : e->w, .bias = e->bias, .c = e->c,
        .c_stride = (size_t)PANELS * IMG_LANES, .rows = rows, .k = k, .end_panel = PANELS, .pairs = pairs,
        .finish = rows % 2 ? kernels->quick_gelu : kernels->gelu});
}

static bool products_agree(const struct img_kernels *kernels, struct example *e, float *wanted)
{
    for (size_t i = 0; i < 2 * ROWS; i++) {
        bool pairs = i % 2;
        size_t rows = 1 + i / 2, k = rows == 1 ? K : 5;
        multiply(&img_kernels_scalar, e, rows, k, pairs);
        memcpy(wanted, e->c, sizeof e->c);
        multiply(kernels, e, rows, k, pairs);
        if (memcmp(wanted, e->c, rows * PANELS * IMG_LANES * sizeof *wanted) != 0)
            return false;
    }
    return true;
}

static bool rows_agree(const struct img_kernels *kernels, struct example *e)
{
    const struct img_kernels *both[2] = {&img_kernels_scalar, kernels};
    float got[2][4 * IMG_LANES];
    for (int i = 0; i < 2; i++) {
        memcpy(got[i], e->row, sizeof e->row);
        both[i]->layer_norm(got[i], e->a, e->bias, 1e-5f, LONG, got[i]);
        both[i]->add(e->row, LONG, got[i]);
        both[i]->softmax(got[i], 0.3f, LONG);
    }
    return memcmp(got[0], got[1], sizeof e->row) == 0;
}

bool img_kernels_check(const struct img_kernels *kernels)
{
    struct example e;
    float wanted[ROWS * PANELS * IMG_LANES];
    fill_example(&e);
    return products_agree(kernels, &e, wanted) && rows_agree(kernels, &e);
}

const struct img_kernels *img_kernels_choose(const char *name)
{
    const struct img_kernels *const *sets = img_kernels_built();
    size_t count = 0;
    while (sets[count])
        count++;
    while (count-- > 0) /* the fastest comes last */
        if ((!name || strcmp(name, sets[count]->name) == 0) && img_kernels_run_here(sets[count]) &&
            (count == 0 || img_kernels_check(sets[count])))
            return sets[count];
    return NULL;
}
