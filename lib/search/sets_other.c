/* The sets of a build for any other processor: the definition alone. */
#include "search/sets.h"

const struct img_search_kernels *const *img_search_kernels_built(void)
{
    static const struct img_search_kernels *const sets[] = {&img_search_kernels_scalar, NULL};
    return sets;
}

bool img_search_kernels_extra(const struct img_search_kernels *kernels, const char **base)
{
    *base = kernels->name;
    return true;
}
