/* The operations for the avx2 set. */
#include "search/vector_avx2.h"

#include "search/operations.h"
#include "search/sets.h"

const struct img_search_kernels img_search_kernels_avx2 = IMG_SEARCH_KERNELS_OF("avx2");
