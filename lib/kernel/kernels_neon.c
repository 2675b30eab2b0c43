/* The operations for the neon set. */
#include "kernel/vector_neon.h"

#include "kernel/operations.h"
#include "kernel/sets.h"

const struct img_kernels img_kernels_neon = IMG_KERNELS_OF("neon");
