/* The sets an x86-64 build has. */
#include "search/sets.h"

const struct img_search_kernels *const *img_search_kernels_built(void)
{
    static const struct img_search_kernels *const sets[] = {
        &img_search_kernels_scalar, &img_search_kernels_avx2, &img_search_kernels_avx512,
        &img_search_kernels_avx512vnni, NULL};
    return sets;
}

bool img_search_kernels_extra(const struct img_search_kernels *kernels, const char **base)
{
    *base = kernels->name;
    if (kernels != &img_search_kernels_avx512vnni)
        return true;
    *base = "avx512";
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512vnni");
}
