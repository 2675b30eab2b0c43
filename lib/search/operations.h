/* Every operation of searching. A kernels_*.c includes its vector header, then this file, and so
 * compiles it for one instruction set; all functions are static, so that no copy made for one
 * processor can be linked into code for another. */
#ifndef IMG_SEARCH_OPERATIONS_H
#define IMG_SEARCH_OPERATIONS_H

#include <string.h>

#include "kernel/unroll.h"
#include "search/kernels.h"

/* CODES_AHEAD: how many bytes before their use codes are fetched. */
enum { LANES = IMG_SEARCH_LANES, CODES_AHEAD = 2048 };

enum sum_of { DOTS, GAPS, SQUARES };

INLINE v8 summed(const enum sum_of what, v8 row, v8 query, v8 sum)
{
    if (what == GAPS) {
        v8 gap = d_sub(row, query);
        return d_fma(gap, gap, sum);
    }
    return d_fma(row, what == SQUARES ? row : query, sum);
}

/* rows × queries sums, kept in registers throughout; out has a query's sums in a row. */
INLINE void tile(const enum sum_of what, const int rows, const int queries, const float *row,
                 size_t dimension, const double *query, size_t query_stride, double *out,
                 size_t out_stride)
{
    size_t whole = dimension / LANES * LANES, rest = dimension - whole;
    v8 sum[SUM_ROWS][SUM_QUERIES];
    UNROLL
    for (int r = 0; r < rows; r++)
        UNROLL
        for (int q = 0; q < queries; q++)
            sum[r][q] = d_zero();
    for (size_t i = 0; i < whole; i += LANES) {
        v8 x[SUM_ROWS];
        UNROLL
        for (int r = 0; r < rows; r++)
            x[r] = d_widen(row + (size_t)r * dimension + i);
        UNROLL
        for (int q = 0; q < queries; q++) {
            v8 y = what == SQUARES ? d_zero() : d_load(query + (size_t)q * query_stride + i);
            UNROLL
            for (int r = 0; r < rows; r++)
                sum[r][q] = summed(what, x[r], y, sum[r][q]);
        }
    }
    if (rest)
        for (int r = 0; r < rows; r++) {
            float last[LANES] = {0};
            memcpy(last, row + (size_t)r * dimension + whole, rest * sizeof *last);
            v8 x = d_widen(last);
            for (int q = 0; q < queries; q++) {
                v8 y = what == SQUARES ? d_zero() : d_load(query + (size_t)q * query_stride + whole);
                sum[r][q] = summed(what, x, y, sum[r][q]);
            }
        }
    UNROLL
    for (int r = 0; r < rows; r++)
        UNROLL
        for (int q = 0; q < queries; q++)
            out[(size_t)q * out_stride + (size_t)r] = d_sum(sum[r][q]);
}

INLINE void tiles(const enum sum_of what, const int queries, const float *rows, size_t row_count,
                  size_t dimension, const double *query, size_t query_stride, double *out,
                  size_t out_stride)
{
    size_t r = 0;
    for (; r + SUM_ROWS <= row_count; r += SUM_ROWS)
        tile(what, SUM_ROWS, queries, rows + r * dimension, dimension, query, query_stride,
             out + r, out_stride);
    for (; r < row_count; r++)
        tile(what, 1, queries, rows + r * dimension, dimension, query, query_stride, out + r,
             out_stride);
}

INLINE void product(const enum sum_of what, const struct img_search_product *p)
{
    size_t q = 0;
    for (; q + SUM_QUERIES <= p->query_count; q += SUM_QUERIES)
        tiles(what, SUM_QUERIES, p->rows, p->row_count, p->dimension,
              p->queries + q * p->query_stride, p->query_stride, p->out + q * p->out_stride,
              p->out_stride);
    for (; q < p->query_count; q++)
        tiles(what, 1, p->rows, p->row_count, p->dimension, p->queries + q * p->query_stride,
              p->query_stride, p->out + q * p->out_stride, p->out_stride);
}

static void dots(const struct img_search_product *p)
{
    product(DOTS, p);
}

static void gaps(const struct img_search_product *p)
{
    product(GAPS, p);
}

static void squares(const float *rows, size_t row_count, size_t dimension, double *out)
{
    tiles(SQUARES, 1, rows, row_count, dimension, NULL, 0, out, row_count);
}

INLINE double pair(const enum sum_of what, const float *a, const float *b, size_t n)
{
    size_t whole = n / LANES * LANES, rest = n - whole;
    v8 sum = d_zero();
    for (size_t i = 0; i < whole; i += LANES)
        sum = summed(what, d_widen(a + i), d_widen(b + i), sum);
    if (rest) {
        float last[2][LANES] = {{0}};
        memcpy(last[0], a + whole, rest * sizeof *a);
        memcpy(last[1], b + whole, rest * sizeof *b);
        sum = summed(what, d_widen(last[0]), d_widen(last[1]), sum);
    }
    return d_sum(sum);
}

static double dot(const float *a, const float *b, size_t n)
{
    return pair(DOTS, a, b, n);
}

static double gap(const float *a, const float *b, size_t n)
{
    return pair(GAPS, a, b, n);
}

/* Codes of rows with one or two queries. One row after the other, since memory gives more to one
 * stream than to several; a row's sums are kept in two parts, so that neither waits for the other. */
INLINE void code_sums(const int queries, const int16_t *const query[2], const int8_t *of,
                      size_t row_count, size_t depth, int32_t *const out[2])
{
    for (size_t r = 0; r < row_count; r++) {
        w16 even[2] = {w_zero(), w_zero()}, odd[2] = {w_zero(), w_zero()};
        const int8_t *row = of + r * depth;
        for (size_t i = 0; i < depth; i += IMG_CODE_STEP) {
            w16 x = w_widen(row + i), y = w_widen(row + i + IMG_CODE_STEP / 2);
            v_prefetch((const char *)((uintptr_t)(row + i) + CODES_AHEAD));
            for (int q = 0; q < queries; q++) {
                even[q] = w_pairs(even[q], x, w_load(query[q] + i));
                odd[q] = w_pairs(odd[q], y, w_load(query[q] + i + IMG_CODE_STEP / 2));
            }
        }
        for (int q = 0; q < queries; q++)
            out[q][r] = w_sum(w_add(even[q], odd[q]));
    }
}

static void codes(const int16_t *const query[2], const int8_t *of, size_t row_count, size_t depth,
                  int32_t *const out[2])
{
    if (query[1])
        code_sums(2, query, of, row_count, depth, out);
    else
        code_sums(1, query, of, row_count, depth, out);
}

/* Sixteen queries a panel, two elements of each a step: sums need no folding. */
INLINE void code_tile(const int rows, const int panels, const int16_t *row, size_t depth,
                      const int16_t *panel, int32_t *out, size_t out_stride)
{
    w16 sum[PANEL_ROWS][PANELS];
    UNROLL
    for (int r = 0; r < rows; r++)
        UNROLL
        for (int p = 0; p < panels; p++)
            sum[r][p] = w_zero();
    for (size_t i = 0; i < depth; i += 2) {
        w16 y[PANELS];
        UNROLL
        for (int p = 0; p < panels; p++)
            y[p] = w_load(panel + (size_t)p * depth * IMG_CODE_PANEL + i * IMG_CODE_PANEL);
        UNROLL
        for (int r = 0; r < rows; r++) {
            w16 x = w_broadcast(row + (size_t)r * depth + i);
            UNROLL
            for (int p = 0; p < panels; p++)
                sum[r][p] = w_pairs(sum[r][p], x, y[p]);
        }
    }
    UNROLL
    for (int r = 0; r < rows; r++)
        UNROLL
        for (int p = 0; p < panels; p++)
            w_store(out + (size_t)r * out_stride + (size_t)p * IMG_CODE_PANEL, sum[r][p]);
}

INLINE void code_tiles(const int panels, const struct img_code_product *p, size_t panel)
{
    size_t stride = p->panel_count * IMG_CODE_PANEL, r = 0;
    const int16_t *queries = p->panels + panel * p->depth * IMG_CODE_PANEL;
    int32_t *out = p->out + panel * IMG_CODE_PANEL;
    for (; r + PANEL_ROWS <= p->row_count; r += PANEL_ROWS)
        code_tile(PANEL_ROWS, panels, p->rows + r * p->depth, p->depth, queries,
                  out + r * stride, stride);
    for (; r < p->row_count; r++)
        code_tile(1, panels, p->rows + r * p->depth, p->depth, queries, out + r * stride, stride);
}

static void code_products(const struct img_code_product *p)
{
    size_t panel = 0;
    for (; panel + PANELS <= p->panel_count; panel += PANELS)
        code_tiles(PANELS, p, panel);
    for (; panel < p->panel_count; panel++)
        code_tiles(1, p, panel);
}

static void widen(const int8_t *from, size_t n, int16_t *out)
{
    for (size_t i = 0; i < n; i += 32)
        w_keep(out + i, w_widen(from + i));
}

static void sift(const struct img_sift *s)
{
    for (size_t r = 0; r < s->row_count; r++) {
        v16 scale = v_set(s->scales[r]), reach = v_set(s->reaches[r]);
        v16 error = v_set(s->errors[r]), weight = v_set(s->weights[r]);
        for (size_t p = 0; p < s->panel_count; p++) {
            const float *terms = s->terms + p * IMG_SIFT_TERMS * IMG_CODE_PANEL;
            const int32_t *sums = s->sums + (r * s->panel_count + p) * IMG_CODE_PANEL;
            v16 v = v_fma(weight, v_load(terms + IMG_CODE_PANEL), v_load(terms));
            v = v_fma(reach, v_load(terms + 2 * IMG_CODE_PANEL), v);
            v = v_fma(error, v_load(terms + 3 * IMG_CODE_PANEL), v);
            v16 sum = v_mul(v_from(w_load_sums(sums)), scale);
            v = v_fma(sum, v_load(terms + 4 * IMG_CODE_PANEL), v);
            s->masks[r * s->panel_count + p] = v_mask(v);
        }
    }
}

#define IMG_SEARCH_KERNELS_OF(set)                                                                 \
    {.name = set, .dot = dot, .gap = gap, .dots = dots, .gaps = gaps, .squares = squares,          \
     .codes = codes, .code_products = code_products, .widen = widen, .sift = sift}

#endif
