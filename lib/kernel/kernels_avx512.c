/* The operations for the avx512 set. */
#include "kernel/dot_avx512.h"

#include "kernel/operations.h"
#include "kernel/sets.h"

const struct img_kernels img_kernels_avx512 = IMG_KERNELS_OF("avx512");
