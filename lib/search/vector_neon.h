/* Eight doubles, or sixteen 32-bit sums, in four NEON registers. */
#ifndef IMG_SEARCH_VECTOR_NEON_H
#define IMG_SEARCH_VECTOR_NEON_H

#include "kernel/vector_neon.h"

#include <arm_neon.h>
#include <string.h>

typedef struct {
    float64x2_t q[4];
} v8;

/* Sums of pairs in 32 bits, or 32 elements of 16 bits. */
typedef struct {
    int32x4_t q[4];
} w16;

#define SUM_ROWS 2
#define SUM_QUERIES 2
#define PANEL_ROWS 4
#define PANELS 1

#define QUARTERS_DO _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++)

static inline v8 d_zero(void)
{
    v8 result;
    QUARTERS_DO result.q[i] = vdupq_n_f64(0);
    return result;
}

static inline v8 d_load(const double *from)
{
    v8 result;
    QUARTERS_DO result.q[i] = vld1q_f64(from + 2 * i);
    return result;
}

static inline v8 d_widen(const float *from)
{
    v8 result;
    QUARTERS_DO result.q[i] = vcvt_f64_f32(vld1_f32(from + 2 * i));
    return result;
}

static inline v8 d_sub(v8 a, v8 b)
{
    QUARTERS_DO a.q[i] = vsubq_f64(a.q[i], b.q[i]);
    return a;
}

static inline v8 d_fma(v8 a, v8 b, v8 c)
{
    QUARTERS_DO c.q[i] = vfmaq_f64(c.q[i], a.q[i], b.q[i]);
    return c;
}

static inline double d_sum(v8 a)
{
    float64x2_t even = vaddq_f64(a.q[0], a.q[2]), odd = vaddq_f64(a.q[1], a.q[3]);
    float64x2_t two = vaddq_f64(even, odd);
    return vgetq_lane_f64(two, 0) + vgetq_lane_f64(two, 1);
}

static inline w16 w_zero(void)
{
    w16 result;
    QUARTERS_DO result.q[i] = vdupq_n_s32(0);
    return result;
}

static inline w16 w_load(const int16_t *from)
{
    w16 result;
    QUARTERS_DO result.q[i] = vreinterpretq_s32_s16(vld1q_s16(from + 8 * i));
    return result;
}

static inline w16 w_widen(const int8_t *from)
{
    w16 result;
    QUARTERS_DO result.q[i] = vreinterpretq_s32_s16(vmovl_s8(vld1_s8(from + 8 * i)));
    return result;
}

static inline w16 w_broadcast(const int16_t *pair)
{
    int32_t both;
    w16 result;
    memcpy(&both, pair, sizeof both);
    QUARTERS_DO result.q[i] = vdupq_n_s32(both);
    return result;
}

static inline w16 w_pairs(w16 sum, w16 a, w16 b)
{
    QUARTERS_DO
    {
        int16x8_t x = vreinterpretq_s16_s32(a.q[i]), y = vreinterpretq_s16_s32(b.q[i]);
        int32x4_t low = vmull_s16(vget_low_s16(x), vget_low_s16(y));
        sum.q[i] = vaddq_s32(sum.q[i], vpaddq_s32(low, vmull_high_s16(x, y)));
    }
    return sum;
}

static inline w16 w_add(w16 a, w16 b)
{
    QUARTERS_DO a.q[i] = vaddq_s32(a.q[i], b.q[i]);
    return a;
}

static inline int32_t w_sum(w16 a)
{
    return vaddvq_s32(vaddq_s32(vaddq_s32(a.q[0], a.q[1]), vaddq_s32(a.q[2], a.q[3])));
}

static inline void w_store(int32_t *to, w16 a)
{
    QUARTERS_DO vst1q_s32(to + 4 * i, a.q[i]);
}

static inline void w_keep(int16_t *to, w16 a)
{
    QUARTERS_DO vst1q_s16(to + 8 * i, vreinterpretq_s16_s32(a.q[i]));
}

static inline w16 w_load_sums(const int32_t *from)
{
    w16 result;
    QUARTERS_DO result.q[i] = vld1q_s32(from + 4 * i);
    return result;
}

static inline v16 v_from(w16 a)
{
    v16 result;
    QUARTERS_DO result.q[i] = vcvtq_f32_s32(a.q[i]);
    return result;
}

static inline uint16_t v_mask(v16 a)
{
    static const uint32_t bits[4] = {1, 2, 4, 8};
    unsigned mask = 0;
    QUARTERS_DO mask |= vaddvq_u32(vandq_u32(vcgezq_f32(a.q[i]), vld1q_u32(bits))) << 4 * i;
    return (uint16_t)mask;
}

#endif
