/* Eight doubles, or sixteen 32-bit sums, in two AVX2 registers. */
#ifndef IMG_SEARCH_VECTOR_AVX2_H
#define IMG_SEARCH_VECTOR_AVX2_H

#include "kernel/vector_avx2.h"

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    __m256d low, high;
} v8;

typedef struct {
    __m256i low, high;
} w16;

#define SUM_ROWS 2
#define SUM_QUERIES 2
#define PANEL_ROWS 4
#define PANELS 1

static inline v8 d_zero(void)
{
    return (v8){_mm256_setzero_pd(), _mm256_setzero_pd()};
}

static inline v8 d_load(const double *from)
{
    return (v8){_mm256_loadu_pd(from), _mm256_loadu_pd(from + 4)};
}

static inline v8 d_widen(const float *from)
{
    return (v8){_mm256_cvtps_pd(_mm_loadu_ps(from)), _mm256_cvtps_pd(_mm_loadu_ps(from + 4))};
}

static inline v8 d_sub(v8 a, v8 b)
{
    return (v8){_mm256_sub_pd(a.low, b.low), _mm256_sub_pd(a.high, b.high)};
}

static inline v8 d_fma(v8 a, v8 b, v8 c)
{
    return (v8){_mm256_fmadd_pd(a.low, b.low, c.low), _mm256_fmadd_pd(a.high, b.high, c.high)};
}

static inline double d_sum(v8 a)
{
    __m256d four = _mm256_add_pd(a.low, a.high);
    __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

static inline w16 w_zero(void)
{
    return (w16){_mm256_setzero_si256(), _mm256_setzero_si256()};
}

static inline __m256i load_256(const void *from)
{
    return _mm256_loadu_si256(from);
}

static inline w16 w_load(const int16_t *from)
{
    return (w16){load_256(from), load_256(from + 16)};
}

static inline __m256i widen_16(const int8_t *from)
{
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const void *)from));
}

static inline w16 w_widen(const int8_t *from)
{
    return (w16){widen_16(from), widen_16(from + 16)};
}

static inline w16 w_broadcast(const int16_t *pair)
{
    int32_t both;
    memcpy(&both, pair, sizeof both);
    return (w16){_mm256_set1_epi32(both), _mm256_set1_epi32(both)};
}

static inline w16 w_pairs(w16 sum, w16 a, w16 b)
{
    return (w16){_mm256_add_epi32(sum.low, _mm256_madd_epi16(a.low, b.low)),
                 _mm256_add_epi32(sum.high, _mm256_madd_epi16(a.high, b.high))};
}

static inline w16 w_add(w16 a, w16 b)
{
    return (w16){_mm256_add_epi32(a.low, b.low), _mm256_add_epi32(a.high, b.high)};
}

static inline int32_t w_sum(w16 a)
{
    __m256i eight = _mm256_add_epi32(a.low, a.high);
    __m128i four =
        _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
    __m128i two = _mm_add_epi32(four, _mm_unpackhi_epi64(four, four));
    return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 1)));
}

static inline void keep_256(void *to, __m256i a)
{
    _mm256_storeu_si256(to, a);
}

static inline void w_store(int32_t *to, w16 a)
{
    keep_256(to, a.low);
    keep_256(to + 8, a.high);
}

static inline void w_keep(int16_t *to, w16 a)
{
    keep_256(to, a.low);
    keep_256(to + 16, a.high);
}

static inline w16 w_load_sums(const int32_t *from)
{
    return (w16){load_256(from), load_256(from + 8)};
}

static inline v16 v_from(w16 a)
{
    return (v16){_mm256_cvtepi32_ps(a.low), _mm256_cvtepi32_ps(a.high)};
}

static inline int mask_256(__m256 a)
{
    return _mm256_movemask_ps(_mm256_cmp_ps(a, _mm256_setzero_ps(), _CMP_GE_OQ));
}

static inline uint16_t v_mask(v16 a)
{
    return (uint16_t)(mask_256(a.low) | mask_256(a.high) << 8);
}

#endif
