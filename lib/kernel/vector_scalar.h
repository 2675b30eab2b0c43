/* Sixteen lanes in plain C: the definition of what the other instruction sets do. */
#ifndef IMG_KERNEL_VECTOR_SCALAR_H
#define IMG_KERNEL_VECTOR_SCALAR_H

#include <math.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    float lane[16];
} v16;

/* A tile of c: rows, and panels of sixteen columns. */
#define TILE_ROWS 1
#define TILE_PANELS 1

#define LANES(expression)                                                                          \
    v16 result;                                                                                    \
    for (int i = 0; i < 16; i++)                                                                   \
        result.lane[i] = (expression);                                                             \
    return result

static inline v16 v_load(const float *from)
{
    v16 result;
    memcpy(result.lane, from, sizeof result.lane);
    return result;
}

static inline void v_store(float *to, v16 a)
{
    memcpy(to, a.lane, sizeof a.lane);
}

static inline v16 v_set(float x)
{
    LANES(x);
}

static inline v16 v_add(v16 a, v16 b)
{
    LANES(a.lane[i] + b.lane[i]);
}

static inline v16 v_sub(v16 a, v16 b)
{
    LANES(a.lane[i] - b.lane[i]);
}

static inline v16 v_mul(v16 a, v16 b)
{
    LANES(a.lane[i] * b.lane[i]);
}

static inline v16 v_div(v16 a, v16 b)
{
    LANES(a.lane[i] / b.lane[i]);
}

/* a * b + c, rounded once. */
static inline v16 v_fma(v16 a, v16 b, v16 c)
{
    LANES(fmaf(a.lane[i], b.lane[i], c.lane[i]));
}

/* A float32 rounded to the bfloat16 in the high half of its bits: to nearest, ties to even. */
static inline uint32_t to_bfloat16(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u;
}

/* Thirty-two numbers as sixteen pairs, the even ones in the low halves. */
static inline v16 v_pairs(const float *from)
{
    v16 result;
    for (int i = 0; i < 16; i++) {
        uint32_t pair = to_bfloat16(from[2 * i]) >> 16 | to_bfloat16(from[2 * i + 1]);
        memcpy(&result.lane[i], &pair, sizeof pair);
    }
    return result;
}

/* The halves of 32 bits as float32. */
static inline float high_half(float pair)
{
    uint32_t bits;
    memcpy(&bits, &pair, sizeof bits);
    bits &= 0xffff0000u;
    memcpy(&pair, &bits, sizeof bits);
    return pair;
}

static inline float low_half(float pair)
{
    uint32_t bits;
    memcpy(&bits, &pair, sizeof bits);
    bits <<= 16;
    memcpy(&pair, &bits, sizeof bits);
    return pair;
}

/* Pairs of bfloat16: low a * low b + (high a * high b + c), each step rounded once. */
static inline v16 v_dot(v16 a, v16 b, v16 c)
{
    LANES(fmaf(low_half(a.lane[i]), low_half(b.lane[i]),
               fmaf(high_half(a.lane[i]), high_half(b.lane[i]), c.lane[i])));
}

static inline v16 v_max(v16 a, v16 b)
{
    LANES(a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]);
}

static inline v16 v_min(v16 a, v16 b)
{
    LANES(a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]);
}

static inline v16 v_abs(v16 a)
{
    LANES(fabsf(a.lane[i]));
}

static inline v16 v_copysign(v16 size, v16 sign)
{
    LANES(copysignf(size.lane[i], sign.lane[i]));
}

/* a < b ? x : y */
static inline v16 v_less(v16 a, v16 b, v16 x, v16 y)
{
    LANES(a.lane[i] < b.lane[i] ? x.lane[i] : y.lane[i]);
}

/* a * 2^n for whole n in [-126, 127]. */
static inline v16 v_scale(v16 a, v16 n)
{
    v16 result;
    for (int i = 0; i < 16; i++) {
        uint32_t bits = (uint32_t)((int32_t)n.lane[i] + 127) << 23;
        float power;
        memcpy(&power, &bits, sizeof power);
        result.lane[i] = a.lane[i] * power;
    }
    return result;
}

/* Lane i and lane i + 8, then i and i + 4, then 2, then 1. */
static inline float v_sum(v16 a)
{
    for (int half = 8; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            a.lane[i] = a.lane[i] + a.lane[i + half];
    return a.lane[0];
}

static inline float v_highest(v16 a)
{
    for (int half = 8; half > 0; half /= 2)
        for (int i = 0; i < half; i++)
            a.lane[i] = a.lane[i] > a.lane[i + half] ? a.lane[i] : a.lane[i + half];
    return a.lane[0];
}

static inline void v_prefetch(const char *from)
{
    (void)from;
}

#undef LANES

#endif
