/* Sixteen lanes in one AVX-512 register. */
#ifndef IMG_KERNEL_VECTOR_AVX512_H
#define IMG_KERNEL_VECTOR_AVX512_H

#include <immintrin.h>

typedef __m512 v16;

/* A tile of c: rows, and panels of sixteen columns. There are registers for twice as many rows, and
 * on Zen 4 they are the slower for it. */
#define TILE_ROWS 6
#define TILE_PANELS 2

static inline v16 v_load(const float *from)
{
    return _mm512_loadu_ps(from);
}

static inline void v_store(float *to, v16 a)
{
    _mm512_storeu_ps(to, a);
}

static inline v16 v_set(float x)
{
    return _mm512_set1_ps(x);
}

static inline v16 v_add(v16 a, v16 b)
{
    return _mm512_add_ps(a, b);
}

static inline v16 v_sub(v16 a, v16 b)
{
    return _mm512_sub_ps(a, b);
}

static inline v16 v_mul(v16 a, v16 b)
{
    return _mm512_mul_ps(a, b);
}

static inline v16 v_div(v16 a, v16 b)
{
    return _mm512_div_ps(a, b);
}

static inline v16 v_fma(v16 a, v16 b, v16 c)
{
    return _mm512_fmadd_ps(a, b, c);
}

static inline __m512i to_bfloat16(__m512 x)
{
    __m512i bits = _mm512_castps_si512(x);
    __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    return _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd);
}

static inline v16 v_pairs(const float *from)
{
    const __m512i evens = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i odds = _mm512_or_si512(evens, _mm512_set1_epi32(1));
    __m512 a = _mm512_loadu_ps(from), b = _mm512_loadu_ps(from + 16);
    __m512i low = to_bfloat16(_mm512_permutex2var_ps(a, evens, b));
    __m512i high = to_bfloat16(_mm512_permutex2var_ps(a, odds, b));
    return _mm512_castsi512_ps(
        _mm512_or_si512(_mm512_srli_epi32(low, 16),
                        _mm512_and_si512(high, _mm512_set1_epi32((int)0xffff0000))));
}

static inline v16 v_max(v16 a, v16 b)
{
    return _mm512_max_ps(a, b);
}

static inline v16 v_min(v16 a, v16 b)
{
    return _mm512_min_ps(a, b);
}

static inline v16 v_abs(v16 a)
{
    return _mm512_abs_ps(a);
}

static inline v16 v_copysign(v16 size, v16 sign)
{
    v16 mask = _mm512_set1_ps(-0.0f);
    return _mm512_or_ps(_mm512_andnot_ps(mask, size), _mm512_and_ps(mask, sign));
}

static inline v16 v_less(v16 a, v16 b, v16 x, v16 y)
{
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), y, x);
}

static inline v16 v_scale(v16 a, v16 n)
{
    __m512i exponent = _mm512_add_epi32(_mm512_cvttps_epi32(n), _mm512_set1_epi32(127));
    return _mm512_mul_ps(a, _mm512_castsi512_ps(_mm512_slli_epi32(exponent, 23)));
}

static inline float v_sum(v16 a)
{
    __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

static inline float v_highest(v16 a)
{
    return _mm512_reduce_max_ps(a);
}

/* Always inline: gcc takes a function that does nothing else for one without effect. */
static inline __attribute__((always_inline)) void v_prefetch(const char *from)
{
    _mm_prefetch(from, _MM_HINT_T0);
}

#endif
