/* The sets of a build for any other processor: the definition alone. */
#include "kernel/sets.h"

const struct img_kernels *const *img_kernels_built(void)
{
    static const struct img_kernels *const sets[] = {&img_kernels_scalar, NULL};
    return sets;
}

bool img_kernels_run_here(const struct img_kernels *kernels)
{
    (void)kernels;
    return true;
}
