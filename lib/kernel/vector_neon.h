/* Sixteen lanes in four NEON registers. */
#ifndef IMG_KERNEL_VECTOR_NEON_H
#define IMG_KERNEL_VECTOR_NEON_H

#include <arm_neon.h>

typedef struct {
    float32x4_t q[4];
} v16;

/* A tile of c: rows, and panels of sixteen columns. */
#define TILE_ROWS 6
#define TILE_PANELS 1

#define QUARTERS(expression)                                                                       \
    v16 result;                                                                                    \
    _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++) result.q[i] = (expression);                \
    return result

static inline v16 v_load(const float *from)
{
    QUARTERS(vld1q_f32(from + 4 * i));
}

static inline void v_store(float *to, v16 a)
{
    _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++) vst1q_f32(to + 4 * i, a.q[i]);
}

static inline v16 v_set(float x)
{
    QUARTERS(vdupq_n_f32(x));
}

static inline v16 v_add(v16 a, v16 b)
{
    QUARTERS(vaddq_f32(a.q[i], b.q[i]));
}

static inline v16 v_sub(v16 a, v16 b)
{
    QUARTERS(vsubq_f32(a.q[i], b.q[i]));
}

static inline v16 v_mul(v16 a, v16 b)
{
    QUARTERS(vmulq_f32(a.q[i], b.q[i]));
}

static inline v16 v_div(v16 a, v16 b)
{
    QUARTERS(vdivq_f32(a.q[i], b.q[i]));
}

static inline v16 v_fma(v16 a, v16 b, v16 c)
{
    QUARTERS(vfmaq_f32(c.q[i], a.q[i], b.q[i]));
}

static inline uint32x4_t to_bfloat16(float32x4_t x)
{
    uint32x4_t bits = vreinterpretq_u32_f32(x);
    uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
    return vaddq_u32(vaddq_u32(bits, vdupq_n_u32(0x7fff)), odd);
}

static inline float32x4_t four_pairs(const float *from)
{
    float32x4x2_t both = vld2q_f32(from); /* even ones, odd ones */
    uint32x4_t low = vshrq_n_u32(to_bfloat16(both.val[0]), 16);
    uint32x4_t high = vandq_u32(to_bfloat16(both.val[1]), vdupq_n_u32(0xffff0000u));
    return vreinterpretq_f32_u32(vorrq_u32(low, high));
}

static inline v16 v_pairs(const float *from)
{
    QUARTERS(four_pairs(from + 8 * i));
}

static inline float32x4_t high_halves(float32x4_t pairs)
{
    return vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(pairs), vdupq_n_u32(0xffff0000u)));
}

static inline float32x4_t low_halves(float32x4_t pairs)
{
    return vreinterpretq_f32_u32(vshlq_n_u32(vreinterpretq_u32_f32(pairs), 16));
}

static inline v16 v_dot(v16 a, v16 b, v16 c)
{
    QUARTERS(vfmaq_f32(vfmaq_f32(c.q[i], high_halves(a.q[i]), high_halves(b.q[i])),
                       low_halves(a.q[i]), low_halves(b.q[i])));
}

static inline v16 v_max(v16 a, v16 b)
{
    QUARTERS(vmaxq_f32(a.q[i], b.q[i]));
}

static inline v16 v_min(v16 a, v16 b)
{
    QUARTERS(vminq_f32(a.q[i], b.q[i]));
}

static inline v16 v_abs(v16 a)
{
    QUARTERS(vabsq_f32(a.q[i]));
}

static inline v16 v_copysign(v16 size, v16 sign)
{
    uint32x4_t mask = vdupq_n_u32(0x80000000u);
    QUARTERS(vbslq_f32(mask, sign.q[i], size.q[i]));
}

static inline v16 v_less(v16 a, v16 b, v16 x, v16 y)
{
    QUARTERS(vbslq_f32(vcltq_f32(a.q[i], b.q[i]), x.q[i], y.q[i]));
}

static inline v16 v_scale(v16 a, v16 n)
{
    int32x4_t bias = vdupq_n_s32(127);
    QUARTERS(vmulq_f32(a.q[i], vreinterpretq_f32_s32(vshlq_n_s32(
                                   vaddq_s32(vcvtq_s32_f32(n.q[i]), bias), 23))));
}

static inline float v_sum(v16 a)
{
    float32x4_t four = vaddq_f32(vaddq_f32(a.q[0], a.q[2]), vaddq_f32(a.q[1], a.q[3]));
    float32x2_t two = vadd_f32(vget_low_f32(four), vget_high_f32(four));
    return vget_lane_f32(two, 0) + vget_lane_f32(two, 1);
}

static inline float v_highest(v16 a)
{
    return vmaxvq_f32(vmaxq_f32(vmaxq_f32(a.q[0], a.q[1]), vmaxq_f32(a.q[2], a.q[3])));
}

/* Always inline: gcc takes a function that does nothing else for one without effect. */
static inline __attribute__((always_inline)) void v_prefetch(const char *from)
{
    __builtin_prefetch(from);
}

#undef QUARTERS

#endif
