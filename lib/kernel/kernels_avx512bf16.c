/* The operations for the avx512bf16 set. */
#include "kernel/dot_avx512bf16.h"

#include "kernel/operations.h"
#include "kernel/sets.h"

const struct img_kernels img_kernels_avx512bf16 = IMG_KERNELS_OF("avx512bf16");
