/* The sets themselves, one a file; which of them are built the Makefile decides. */
#ifndef IMG_KERNEL_SETS_H
#define IMG_KERNEL_SETS_H

#include "kernel/kernel.h"

extern const struct img_kernels img_kernels_scalar;
extern const struct img_kernels img_kernels_avx2;
extern const struct img_kernels img_kernels_avx512;
extern const struct img_kernels img_kernels_avx512bf16;
extern const struct img_kernels img_kernels_neon;

#endif
