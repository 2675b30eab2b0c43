/* The kernels of an arm64 build, held to the scalar definition; run under an emulator elsewhere. */
#include <stdio.h>

#include "search/kernels.h"
#include "support/kernel_cases.h"

int main(void)
{
    int tested = 0;
    for (const struct img_kernels *const *set = img_kernels_built() + 1; *set; set++, tested++) {
        const char *failed = kernel_cases_compare(*set);
        printf("%s: %s\n", (*set)->name, failed ? failed : "the scalar set's bits");
        if (failed || !img_kernels_check(*set))
            return 1;
    }
    for (const struct img_search_kernels *const *set = img_search_kernels_built() + 1; *set; set++) {
        bool same = img_search_kernels_check(*set);
        printf("search, %s: %s\n", (*set)->name, same ? "the scalar set's bits" : "other bits");
        if (!same)
            return 1;
    }
    return tested == 0;
}
