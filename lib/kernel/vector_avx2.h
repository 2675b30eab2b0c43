/* Sixteen lanes in two AVX2 registers. */
#ifndef IMG_KERNEL_VECTOR_AVX2_H
#define IMG_KERNEL_VECTOR_AVX2_H

#include <immintrin.h>

typedef struct {
    __m256 low, high;
} v16;

/* A tile of c: rows, and panels of sixteen columns. */
#define TILE_ROWS 6
#define TILE_PANELS 1

#define HALVES(operation, a, b) (v16){operation((a).low, (b).low), operation((a).high, (b).high)}

static inline v16 v_load(const float *from)
{
    return (v16){_mm256_loadu_ps(from), _mm256_loadu_ps(from + 8)};
}

static inline void v_store(float *to, v16 a)
{
    _mm256_storeu_ps(to, a.low);
    _mm256_storeu_ps(to + 8, a.high);
}

static inline v16 v_set(float x)
{
    __m256 all = _mm256_set1_ps(x);
    return (v16){all, all};
}

static inline v16 v_add(v16 a, v16 b)
{
    return HALVES(_mm256_add_ps, a, b);
}

static inline v16 v_sub(v16 a, v16 b)
{
    return HALVES(_mm256_sub_ps, a, b);
}

static inline v16 v_mul(v16 a, v16 b)
{
    return HALVES(_mm256_mul_ps, a, b);
}

static inline v16 v_div(v16 a, v16 b)
{
    return HALVES(_mm256_div_ps, a, b);
}

static inline v16 v_fma(v16 a, v16 b, v16 c)
{
    return (v16){_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}

static inline __m256i to_bfloat16(__m256 x)
{
    __m256i bits = _mm256_castps_si256(x);
    __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    return _mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7fff)), odd);
}

static inline __m256 eight_pairs(const float *from)
{
    __m256 a = _mm256_loadu_ps(from), b = _mm256_loadu_ps(from + 8);
    __m256i even = to_bfloat16(_mm256_shuffle_ps(a, b, 0x88));
    __m256i odd = to_bfloat16(_mm256_shuffle_ps(a, b, 0xdd));
    __m256i pairs = _mm256_or_si256(_mm256_srli_epi32(even, 16),
                                    _mm256_and_si256(odd, _mm256_set1_epi32((int)0xffff0000)));
    return _mm256_castsi256_ps(_mm256_permute4x64_epi64(pairs, 0xd8));
}

static inline v16 v_pairs(const float *from)
{
    return (v16){eight_pairs(from), eight_pairs(from + 16)};
}

static inline __m256 high_halves(__m256 pairs)
{
    return _mm256_castsi256_ps(
        _mm256_and_si256(_mm256_castps_si256(pairs), _mm256_set1_epi32((int)0xffff0000)));
}

static inline __m256 low_halves(__m256 pairs)
{
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(pairs), 16));
}

static inline __m256 dot_eight(__m256 a, __m256 b, __m256 c)
{
    return _mm256_fmadd_ps(low_halves(a), low_halves(b),
                           _mm256_fmadd_ps(high_halves(a), high_halves(b), c));
}

static inline v16 v_dot(v16 a, v16 b, v16 c)
{
    return (v16){dot_eight(a.low, b.low, c.low), dot_eight(a.high, b.high, c.high)};
}

static inline v16 v_max(v16 a, v16 b)
{
    return HALVES(_mm256_max_ps, a, b);
}

static inline v16 v_min(v16 a, v16 b)
{
    return HALVES(_mm256_min_ps, a, b);
}

static inline v16 v_abs(v16 a)
{
    v16 sign = v_set(-0.0f);
    return HALVES(_mm256_andnot_ps, sign, a);
}

static inline v16 v_copysign(v16 size, v16 sign)
{
    v16 mask = v_set(-0.0f);
    v16 kept = HALVES(_mm256_andnot_ps, mask, size);
    v16 taken = HALVES(_mm256_and_ps, mask, sign);
    return HALVES(_mm256_or_ps, kept, taken);
}

static inline v16 v_less(v16 a, v16 b, v16 x, v16 y)
{
    __m256 low = _mm256_cmp_ps(a.low, b.low, _CMP_LT_OQ);
    __m256 high = _mm256_cmp_ps(a.high, b.high, _CMP_LT_OQ);
    return (v16){_mm256_blendv_ps(y.low, x.low, low), _mm256_blendv_ps(y.high, x.high, high)};
}

static inline __m256 power_of_two(__m256 n)
{
    __m256i exponent = _mm256_add_epi32(_mm256_cvttps_epi32(n), _mm256_set1_epi32(127));
    return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
}

static inline v16 v_scale(v16 a, v16 n)
{
    return (v16){_mm256_mul_ps(a.low, power_of_two(n.low)),
                 _mm256_mul_ps(a.high, power_of_two(n.high))};
}

static inline float v_sum(v16 a)
{
    __m256 eight = _mm256_add_ps(a.low, a.high);
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

static inline float v_highest(v16 a)
{
    __m256 eight = _mm256_max_ps(a.low, a.high);
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_shuffle_ps(two, two, 1)));
}

/* Always inline: gcc takes a function that does nothing else for one without effect. */
static inline __attribute__((always_inline)) void v_prefetch(const char *from)
{
    _mm_prefetch(from, _MM_HINT_T0);
}

#undef HALVES

#endif
