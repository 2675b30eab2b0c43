/* The operations for the avx512 set. */
#include "search/vector_avx512.h"

#include "search/operations.h"
#include "search/sets.h"

const struct img_search_kernels img_search_kernels_avx512 = IMG_SEARCH_KERNELS_OF("avx512");
