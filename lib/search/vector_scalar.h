/* Lanes in plain C: the definition of what the other instruction sets do. */
#ifndef IMG_SEARCH_VECTOR_SCALAR_H
#define IMG_SEARCH_VECTOR_SCALAR_H

#include "kernel/vector_scalar.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    double lane[8];
} v8;

/* Sums of pairs in 32 bits, or 32 elements of 16 bits. */
typedef union {
    int32_t sum[16];
    int16_t element[32];
} w16;

#define SUM_ROWS 1
#define SUM_QUERIES 1
#define PANEL_ROWS 1
#define PANELS 1

static inline v8 d_zero(void)
{
    return (v8){{0}};
}

static inline v8 d_load(const double *from)
{
    v8 result;
    memcpy(result.lane, from, sizeof result.lane);
    return result;
}

static inline v8 d_widen(const float *from)
{
    v8 result;
    for (int i = 0; i < 8; i++)
        result.lane[i] = (double)from[i];
    return result;
}

static inline v8 d_sub(v8 a, v8 b)
{
    for (int i = 0; i < 8; i++)
        a.lane[i] -= b.lane[i];
    return a;
}

/* a * b + c, rounded once. */
static inline v8 d_fma(v8 a, v8 b, v8 c)
{
    for (int i = 0; i < 8; i++)
        c.lane[i] = fma(a.lane[i], b.lane[i], c.lane[i]);
    return c;
}

static inline double d_sum(v8 a)
{
    const double *x = a.lane;
    return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

static inline w16 w_zero(void)
{
    return (w16){{0}};
}

static inline w16 w_load(const int16_t *from)
{
    w16 result;
    memcpy(result.element, from, sizeof result.element);
    return result;
}

static inline w16 w_widen(const int8_t *from)
{
    w16 result;
    for (int i = 0; i < 32; i++)
        result.element[i] = from[i];
    return result;
}

static inline w16 w_broadcast(const int16_t *pair)
{
    w16 result;
    for (int i = 0; i < 32; i++)
        result.element[i] = pair[i % 2];
    return result;
}

static inline w16 w_pairs(w16 sum, w16 a, w16 b)
{
    for (int i = 0; i < 16; i++) {
        int32_t first = a.element[2 * i] * b.element[2 * i];
        int32_t second = a.element[2 * i + 1] * b.element[2 * i + 1];
        sum.sum[i] += first + second;
    }
    return sum;
}

static inline w16 w_add(w16 a, w16 b)
{
    for (int i = 0; i < 16; i++)
        a.sum[i] += b.sum[i];
    return a;
}

static inline int32_t w_sum(w16 a)
{
    int32_t sum = 0;
    for (int i = 0; i < 16; i++)
        sum += a.sum[i];
    return sum;
}

static inline void w_store(int32_t *to, w16 a)
{
    memcpy(to, a.sum, sizeof a.sum);
}

static inline void w_keep(int16_t *to, w16 a)
{
    memcpy(to, a.element, sizeof a.element);
}

static inline w16 w_load_sums(const int32_t *from)
{
    w16 result;
    memcpy(result.sum, from, sizeof result.sum);
    return result;
}

static inline v16 v_from(w16 a)
{
    v16 result;
    for (int i = 0; i < 16; i++)
        result.lane[i] = (float)a.sum[i];
    return result;
}

/* A bit for each lane that is not below zero, the first one lowest. */
static inline uint16_t v_mask(v16 a)
{
    unsigned mask = 0;
    for (unsigned i = 0; i < 16; i++)
        mask |= (unsigned)(a.lane[i] >= 0.0f) << i;
    return (uint16_t)mask;
}

#endif
