/* The operations for the avx512vnni set: those of avx512 with products summed in one instruction. */
#define PAIRS_ADDED(sum, a, b) _mm512_dpwssd_epi32(sum, a, b)
#include "search/vector_avx512.h"

#include "search/operations.h"
#include "search/sets.h"

const struct img_search_kernels img_search_kernels_avx512vnni =
    IMG_SEARCH_KERNELS_OF("avx512vnni");
