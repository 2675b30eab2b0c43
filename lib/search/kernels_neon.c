/* The operations for the neon set. */
#include "search/vector_neon.h"

#include "search/operations.h"
#include "search/sets.h"

const struct img_search_kernels img_search_kernels_neon = IMG_SEARCH_KERNELS_OF("neon");
