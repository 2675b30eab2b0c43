/* The sets an x86-64 build has. gcc's and clang's cpu_supports asks the operating system too. */
#include "kernel/sets.h"

const struct img_kernels *const *img_kernels_built(void)
{
    static const struct img_kernels *const sets[] = {&img_kernels_scalar, &img_kernels_avx2,
                                                     &img_kernels_avx512, &img_kernels_avx512bf16,
                                                     NULL};
    return sets;
}

bool img_kernels_run_here(const struct img_kernels *kernels)
{
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                  __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512bw");
    if (kernels == &img_kernels_avx512bf16)
        return avx512 && __builtin_cpu_supports("avx512bf16");
    if (kernels == &img_kernels_avx512)
        return avx512;
    return kernels != &img_kernels_avx2 || avx2;
}
