/* Every operation of the forward pass over sixteen lanes. A kernels_*.c includes its vector header,
 * then this file, and so compiles it for one instruction set; all functions are static, so that no
 * copy made for one processor can be linked into code for another. */
#ifndef IMG_KERNEL_OPERATIONS_H
#define IMG_KERNEL_OPERATIONS_H

#include <math.h>
#include <stdint.h>

#include "kernel/kernel.h"
#include "kernel/unroll.h"

/* Rows and k of a that are worked through together, so that they stay in the second-level cache
 * while every panel passes over them. K_GROUP is a multiple of IMG_K_BLOCK. */
enum { ROW_GROUP = 96, K_GROUP = 3 * IMG_K_BLOCK };

/* What is fetched while a tile is computed: weights of the block that comes next, `step` bytes for
 * each k of each panel. All tiles of a block fetch their part of the next one, so that memory is
 * asked evenly and not by the first tile alone. An address, since it may lie behind the weights. */
struct ahead {
    uintptr_t at;
    size_t step;
};

/* One block of k (at most IMG_K_BLOCK) for rows × panels of c, kept in registers throughout. With
 * pairs, a and w hold pairs of bfloat16 and k counts these. */
INLINE void tile(const bool pairs, const int rows, const int panels, const float *a,
                 size_t a_stride, const float *w, size_t w_stride, size_t k, float *c,
                 size_t c_stride, bool first, struct ahead ahead)
{
    v16 sum[TILE_ROWS][TILE_PANELS];
    UNROLL
    for (int r = 0; r < rows; r++)
        UNROLL
        for (int p = 0; p < panels; p++)
            sum[r][p] = v_set(0.0f);
    for (size_t i = 0; i < k; i++) {
        v16 weights[TILE_PANELS];
        UNROLL
        for (int p = 0; p < panels; p++) {
            weights[p] = v_load(w + (size_t)p * w_stride + i * IMG_LANES);
            v_prefetch((const char *)(ahead.at + (size_t)p * w_stride * sizeof *w));
        }
        ahead.at += ahead.step;
        UNROLL
        for (int r = 0; r < rows; r++) {
            v16 x = v_set(a[(size_t)r * a_stride + i]);
            UNROLL
            for (int p = 0; p < panels; p++)
                sum[r][p] = pairs ? v_dot(x, weights[p], sum[r][p])
                                  : v_fma(x, weights[p], sum[r][p]);
        }
    }
    UNROLL
    for (int r = 0; r < rows; r++)
        UNROLL
        for (int p = 0; p < panels; p++) {
            float *to = c + (size_t)r * c_stride + (size_t)p * IMG_LANES;
            v_store(to, first ? sum[r][p] : v_add(v_load(to), sum[r][p]));
        }
}

#define TILE_CASE(n)                                                                               \
    case n:                                                                                        \
        tile(pairs, n <= TILE_ROWS ? n : TILE_ROWS, panels, a, a_stride, w, w_stride, k, c,        \
             c_stride, first, ahead);                                                              \
        break;

INLINE void tile_of(const bool pairs, size_t rows, const int panels, const float *a,
                    size_t a_stride, const float *w, size_t w_stride, size_t k, float *c,
                    size_t c_stride, bool first, struct ahead ahead)
{
    switch (rows) {
        TILE_CASE(1)
#if TILE_ROWS > 1
        TILE_CASE(2)
        TILE_CASE(3)
        TILE_CASE(4)
        TILE_CASE(5)
        TILE_CASE(6)
#endif
    default:
        break;
    }
}

/* rows × panels of c for one block of k; next is the block that follows. Tiles are made equally high
 * (50 rows are nine of 5 or 6, not eight of 6 and one of 2), because a low tile takes as long as a
 * full one. */
INLINE void block(const bool pairs, size_t rows, const int panels, const float *a,
                  size_t a_stride, const float *w, size_t w_stride, size_t k, float *c,
                  size_t c_stride, bool first, const float *next)
{
    size_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
    size_t step = (IMG_LANES * sizeof *w + tiles - 1) / tiles;
    for (size_t t = 0; t < tiles; t++) {
        size_t from = rows * t / tiles;
        tile_of(pairs, rows * (t + 1) / tiles - from, panels, a + from * a_stride, a_stride, w,
                w_stride, k, c + from * c_stride, c_stride, first,
                (struct ahead){(uintptr_t)next + t * k * step, step});
    }
}

static void finish_panel(const struct img_matmul *m, size_t row, size_t rows, size_t panel)
{
    float *c = m->c + row * m->c_stride + panel * IMG_LANES;
    for (size_t r = 0; r < rows; r++, c += m->c_stride) {
        if (m->bias)
            v_store(c, v_add(v_load(c), v_load(m->bias + panel * IMG_LANES)));
        if (m->finish)
            m->finish(c, IMG_LANES);
    }
}

/* The product of rows from row on with the k from k0 to end (of pairs, when it is of pairs) of w. a
 * is theirs, [rows, end - k0], stride a_stride; k is all there are in w. */
INLINE void multiply(const bool pairs, const struct img_matmul *m, const float *a, size_t a_stride,
                     size_t row, size_t rows, size_t k0, size_t end, size_t k)
{
    const size_t depth = pairs ? IMG_K_BLOCK / 2 : IMG_K_BLOCK;
    size_t panel_size = k * IMG_LANES;
    for (size_t panel = m->first_panel, step; panel < m->end_panel; panel += step) {
        float *c = m->c + row * m->c_stride + panel * IMG_LANES;
        step = m->end_panel - panel < TILE_PANELS ? 1 : TILE_PANELS;
        for (size_t at = k0; at < end; at += depth) {
            size_t n = end - at < depth ? end - at : depth;
            const float *w = m->w + panel * panel_size + at * IMG_LANES, *next = w;
            if (at + n < end)
                next = w + n * IMG_LANES;
            else if (panel + step < m->end_panel)
                next = m->w + (panel + step) * panel_size + k0 * IMG_LANES;
            if (step == TILE_PANELS)
                block(pairs, rows, TILE_PANELS, a + (at - k0), a_stride, w, panel_size, n, c,
                      m->c_stride, at == 0, next);
            else
                block(pairs, rows, 1, a + (at - k0), a_stride, w, panel_size, n, c, m->c_stride,
                      at == 0, next);
        }
        for (size_t p = 0; end == k && p < step; p++)
            finish_panel(m, row, rows, panel + p);
    }
}

static void multiply_floats(const struct img_matmul *m, size_t row, size_t rows)
{
    for (size_t k0 = 0; k0 < m->k; k0 += K_GROUP) {
        size_t end = m->k - k0 < K_GROUP ? m->k : k0 + K_GROUP;
        multiply(false, m, m->a + row * m->a_stride + k0, m->a_stride, row, rows, k0, end, m->k);
    }
}

/* n numbers as pairs; a last one without a partner has 0. */
static void to_pairs(const float *from, size_t n, float *to)
{
    enum { AT_ONCE = 2 * IMG_LANES };
    size_t whole = n / AT_ONCE * AT_ONCE;
    for (size_t i = 0; i < whole; i += AT_ONCE)
        v_store(to + i / 2, v_pairs(from + i));
    if (whole < n) {
        float rest[AT_ONCE] = {0}, pairs[IMG_LANES];
        for (size_t i = whole; i < n; i++)
            rest[i - whole] = from[i];
        v_store(pairs, v_pairs(rest));
        for (size_t i = whole; i < n; i += 2)
            to[i / 2] = pairs[(i - whole) / 2];
    }
}

static void multiply_pairs(const struct img_matmul *m, size_t row, size_t rows)
{
    float a[ROW_GROUP * K_GROUP / 2];
    for (size_t k0 = 0; k0 < m->k; k0 += K_GROUP) {
        size_t n = m->k - k0 < K_GROUP ? m->k - k0 : K_GROUP;
        for (size_t r = 0; r < rows; r++)
            to_pairs(m->a + (row + r) * m->a_stride + k0, n, a + r * (K_GROUP / 2));
        multiply(true, m, a, K_GROUP / 2, row, rows, k0 / 2, (k0 + n + 1) / 2, (m->k + 1) / 2);
    }
}

static void matmul(const struct img_matmul *m)
{
    size_t groups = (m->rows + ROW_GROUP - 1) / ROW_GROUP;
    for (size_t g = 0; g < groups; g++) {
        size_t row = m->rows * g / groups, rows = m->rows * (g + 1) / groups - row;
        if (m->pairs)
            multiply_pairs(m, row, rows);
        else
            multiply_floats(m, row, rows);
    }
}

/* The first n lanes of a; zero beyond. */
static v16 first_lanes(v16 a, size_t n)
{
    float lanes[IMG_LANES];
    v_store(lanes, a);
    for (size_t i = n; i < IMG_LANES; i++)
        lanes[i] = 0.0f;
    return v_load(lanes);
}

/* n <= 16 floats, zero beyond. */
static v16 load_first(const float *from, size_t n)
{
    float lanes[IMG_LANES] = {0};
    for (size_t i = 0; i < n; i++)
        lanes[i] = from[i];
    return v_load(lanes);
}

static void store_first(float *to, v16 a, size_t n)
{
    float lanes[IMG_LANES];
    v_store(lanes, a);
    for (size_t i = 0; i < n; i++)
        to[i] = lanes[i];
}

static void layer_norm(const float *x, const float *weight, const float *bias, float epsilon,
                       size_t n, float *y)
{
    size_t whole = n / IMG_LANES * IMG_LANES, rest = n - whole;
    v16 sum = v_set(0.0f);
    for (size_t i = 0; i < whole; i += IMG_LANES)
        sum = v_add(sum, v_load(x + i));
    if (rest)
        sum = v_add(sum, load_first(x + whole, rest));
    v16 mean = v_set(v_sum(sum) / (float)n);

    v16 squares = v_set(0.0f);
    for (size_t i = 0; i < whole; i += IMG_LANES) {
        v16 d = v_sub(v_load(x + i), mean);
        squares = v_fma(d, d, squares);
    }
    if (rest) {
        v16 d = first_lanes(v_sub(load_first(x + whole, rest), mean), rest);
        squares = v_fma(d, d, squares);
    }
    v16 scale = v_set(1.0f / sqrtf(v_sum(squares) / (float)n + epsilon));

    for (size_t i = 0; i < whole; i += IMG_LANES) {
        v16 d = v_mul(v_sub(v_load(x + i), mean), scale);
        v_store(y + i, v_fma(d, v_load(weight + i), v_load(bias + i)));
    }
    if (rest) {
        v16 d = v_mul(v_sub(load_first(x + whole, rest), mean), scale);
        store_first(y + whole,
                    v_fma(d, load_first(weight + whole, rest), load_first(bias + whole, rest)),
                    rest);
    }
}

/* e^x to about one unit in the last place: x = n ln 2 + r with |r| <= ln 2 / 2, then the Taylor
 * series of e^r to r^7 (what is left is under 6e-9), then 2^n. Clamped so that 2^n is normal. */
INLINE v16 exponential(v16 x)
{
    x = v_min(v_max(x, v_set(-87.0f)), v_set(88.0f));
    v16 rounder = v_set(0x1.8p23f); /* adding and taking it away rounds to whole numbers */
    v16 n = v_sub(v_fma(x, v_set(0x1.715476p+0f), rounder), rounder);
    v16 r = v_fma(n, v_set(-0x1.62e4p-1f), x);
    r = v_fma(n, v_set(-0x1.7f7d1cp-20f), r);
    v16 p = v_set(1.0f / 5040);
    p = v_fma(p, r, v_set(1.0f / 720));
    p = v_fma(p, r, v_set(1.0f / 120));
    p = v_fma(p, r, v_set(1.0f / 24));
    p = v_fma(p, r, v_set(1.0f / 6));
    p = v_fma(p, r, v_set(0.5f));
    p = v_fma(p, r, v_set(1.0f));
    p = v_fma(p, r, v_set(1.0f));
    return v_scale(p, n);
}

static void softmax(float *x, float scale, size_t n)
{
    size_t whole = n / IMG_LANES * IMG_LANES, rest = n - whole;
    v16 factor = v_set(scale);
    /* Lanes beyond the row repeat its first element: no effect on the highest. */
    for (size_t i = n; rest && i < whole + IMG_LANES; i++)
        x[i] = x[0];
    v16 highest = v_mul(v_set(x[0]), factor);
    for (size_t i = 0; i < n; i += IMG_LANES) {
        v16 scaled = v_mul(v_load(x + i), factor);
        v_store(x + i, scaled);
        highest = v_max(highest, scaled);
    }
    v16 top = v_set(v_highest(highest));
    v16 sum = v_set(0.0f);
    for (size_t i = 0; i < n; i += IMG_LANES) {
        v16 e = exponential(v_sub(v_load(x + i), top));
        if (i == whole)
            e = first_lanes(e, rest);
        v_store(x + i, e);
        sum = v_add(sum, e);
    }
    v16 total = v_set(v_sum(sum));
    for (size_t i = 0; i < n; i += IMG_LANES)
        v_store(x + i, v_div(v_load(x + i), total));
}

static void add(const float *x, size_t n, float *y)
{
    size_t whole = n / IMG_LANES * IMG_LANES;
    for (size_t i = 0; i < whole; i += IMG_LANES)
        v_store(y + i, v_add(v_load(y + i), v_load(x + i)));
    for (size_t i = whole; i < n; i++)
        y[i] = y[i] + x[i];
}

static void quick_gelu(float *x, size_t n)
{
    v16 one = v_set(1.0f);
    for (size_t i = 0; i < n; i += IMG_LANES) {
        v16 v = v_load(x + i);
        v16 e = exponential(v_mul(v, v_set(-1.702f)));
        v_store(x + i, v_div(v, v_add(one, e)));
    }
}

/* Our own fits. Below 1: x times a polynomial in x², largest error 1.2e-9. Above: 1 - e^(-q(x)), q
 * a polynomial fitted to -log erfc, largest error in erf 1.2e-9. Beyond 4, erf is 1 in float32. */
INLINE v16 error_function(v16 x)
{
    v16 size = v_min(v_abs(x), v_set(4.0f));
    v16 t = v_mul(size, size);
    v16 p = v_set(0x1.4ae4c6p-14f);
    p = v_fma(p, t, v_set(-0x1.a485e8p-11f));
    p = v_fma(p, t, v_set(0x1.5419f4p-8f));
    p = v_fma(p, t, v_set(-0x1.b7fbb4p-6f));
    p = v_fma(p, t, v_set(0x1.ce2d2p-4f));
    p = v_fma(p, t, v_set(-0x1.81273ep-2f));
    p = v_fma(p, t, v_set(0x1.20dd74p+0f));
    v16 small = v_mul(p, size);

    v16 q = v_set(-0x1.8a348ap-13f);
    q = v_fma(q, size, v_set(0x1.847f8cp-9f));
    q = v_fma(q, size, v_set(-0x1.66ea6cp-6f));
    q = v_fma(q, size, v_set(0x1.a6effap-4f));
    q = v_fma(q, size, v_set(0x1.46a35ap-1f));
    q = v_fma(q, size, v_set(0x1.209054p+0f));
    q = v_fma(q, size, v_set(0x1.47a5d4p-12f));
    v16 large = v_sub(v_set(1.0f), exponential(v_sub(v_set(0.0f), q)));

    return v_copysign(v_less(size, v_set(1.0f), small, large), x);
}

static void gelu(float *x, size_t n)
{
    for (size_t i = 0; i < n; i += IMG_LANES) {
        v16 v = v_load(x + i);
        v16 e = error_function(v_mul(v, v_set(0x1.6a09e6p-1f)));
        v_store(x + i, v_mul(v_mul(v, v_set(0.5f)), v_add(v_set(1.0f), e)));
    }
}

#define IMG_KERNELS_OF(set)                                                                        \
    {.name = set, .matmul = matmul, .layer_norm = layer_norm, .softmax = softmax, .add = add,      \
     .quick_gelu = quick_gelu, .gelu = gelu}

#endif
