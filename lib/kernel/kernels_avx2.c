/* The operations for the avx2 set. */
#include "kernel/vector_avx2.h"

#include "kernel/operations.h"
#include "kernel/sets.h"

const struct img_kernels img_kernels_avx2 = IMG_KERNELS_OF("avx2");
