/* Products of bfloat16 pairs by AVX512_BF16's instruction. It takes subnormal numbers for zero, which
 * sums of a forward pass do not get near. */
#ifndef IMG_KERNEL_DOT_AVX512BF16_H
#define IMG_KERNEL_DOT_AVX512BF16_H

#include "kernel/vector_avx512.h"

static inline v16 v_dot(v16 a, v16 b, v16 c)
{
    return _mm512_dpbf16_ps(c, (__m512bh)a, (__m512bh)b);
}

#endif
