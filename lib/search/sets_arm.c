/* The sets an arm64 build has; NEON is part of the architecture. */
#include "search/sets.h"

const struct img_search_kernels *const *img_search_kernels_built(void)
{
    static const struct img_search_kernels *const sets[] = {&img_search_kernels_scalar,
                                                            &img_search_kernels_neon, NULL};
    return sets;
}

bool img_search_kernels_extra(const struct img_search_kernels *kernels, const char **base)
{
    *base = kernels->name;
    return true;
}
