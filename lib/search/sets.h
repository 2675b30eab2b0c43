/* The sets themselves, one a file; which of them are built the Makefile decides. */
#ifndef IMG_SEARCH_SETS_H
#define IMG_SEARCH_SETS_H

#include "search/kernels.h"

extern const struct img_search_kernels img_search_kernels_scalar;
extern const struct img_search_kernels img_search_kernels_avx2;
extern const struct img_search_kernels img_search_kernels_avx512;
extern const struct img_search_kernels img_search_kernels_avx512vnni;
extern const struct img_search_kernels img_search_kernels_neon;

/* Whether the processor has what a set needs beyond the set of the same name of lib/kernel. */
bool img_search_kernels_extra(const struct img_search_kernels *kernels, const char **base);

#endif
