/* The operations for the scalar set. */
#include "search/vector_scalar.h"

#include "search/operations.h"
#include "search/sets.h"

const struct img_search_kernels img_search_kernels_scalar = IMG_SEARCH_KERNELS_OF("scalar");
