/* Eight doubles, or sixteen 32-bit sums, in one AVX-512 register. */
#ifndef IMG_SEARCH_VECTOR_AVX512_H
#define IMG_SEARCH_VECTOR_AVX512_H

#include "kernel/vector_avx512.h"

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

typedef __m512d v8;
typedef __m512i w16;

#define SUM_ROWS 4
#define SUM_QUERIES 4
#define PANEL_ROWS 6
#define PANELS 2

#ifndef PAIRS_ADDED
#define PAIRS_ADDED(sum, a, b) _mm512_add_epi32(sum, _mm512_madd_epi16(a, b))
#endif

static inline v8 d_zero(void)
{
    return _mm512_setzero_pd();
}

static inline v8 d_load(const double *from)
{
    return _mm512_loadu_pd(from);
}

static inline v8 d_widen(const float *from)
{
    return _mm512_cvtps_pd(_mm256_loadu_ps(from));
}

static inline v8 d_sub(v8 a, v8 b)
{
    return _mm512_sub_pd(a, b);
}

static inline v8 d_fma(v8 a, v8 b, v8 c)
{
    return _mm512_fmadd_pd(a, b, c);
}

static inline double d_sum(v8 a)
{
    __m256d four = _mm256_add_pd(_mm512_castpd512_pd256(a), _mm512_extractf64x4_pd(a, 1));
    __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

static inline w16 w_zero(void)
{
    return _mm512_setzero_si512();
}

static inline w16 w_load(const int16_t *from)
{
    return _mm512_loadu_si512(from);
}

static inline w16 w_widen(const int8_t *from)
{
    return _mm512_cvtepi8_epi16(_mm256_loadu_si256((const void *)from));
}

static inline w16 w_broadcast(const int16_t *pair)
{
    int32_t both;
    memcpy(&both, pair, sizeof both);
    return _mm512_set1_epi32(both);
}

static inline w16 w_pairs(w16 sum, w16 a, w16 b)
{
    return PAIRS_ADDED(sum, a, b);
}

static inline w16 w_add(w16 a, w16 b)
{
    return _mm512_add_epi32(a, b);
}

static inline int32_t w_sum(w16 a)
{
    return _mm512_reduce_add_epi32(a);
}

static inline void w_store(int32_t *to, w16 a)
{
    _mm512_storeu_si512(to, a);
}

static inline void w_keep(int16_t *to, w16 a)
{
    _mm512_storeu_si512(to, a);
}

static inline w16 w_load_sums(const int32_t *from)
{
    return _mm512_loadu_si512(from);
}

static inline v16 v_from(w16 a)
{
    return _mm512_cvtepi32_ps(a);
}

static inline uint16_t v_mask(v16 a)
{
    return _mm512_cmp_ps_mask(a, _mm512_setzero_ps(), _CMP_GE_OQ);
}

#endif
