/* Products of bfloat16 pairs in two steps, where there is no instruction for them. */
#ifndef IMG_KERNEL_DOT_AVX512_H
#define IMG_KERNEL_DOT_AVX512_H

#include "kernel/vector_avx512.h"

static inline v16 high_halves(v16 pairs)
{
    return _mm512_castsi512_ps(
        _mm512_and_si512(_mm512_castps_si512(pairs), _mm512_set1_epi32((int)0xffff0000)));
}

static inline v16 low_halves(v16 pairs)
{
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(pairs), 16));
}

static inline v16 v_dot(v16 a, v16 b, v16 c)
{
    return v_fma(low_halves(a), low_halves(b), v_fma(high_halves(a), high_halves(b), c));
}

#endif
