/* The operations for the scalar set. */
#include "kernel/vector_scalar.h"

#include "kernel/operations.h"
#include "kernel/sets.h"

const struct img_kernels img_kernels_scalar = IMG_KERNELS_OF("scalar");
