/* Test support: one set of kernels held to the scalar one, bit for bit, at odd sizes and offsets.
 * Without cmocka, so that it also runs where only a C library is (arm64 under an emulator). */
#ifndef IMG_TESTS_KERNEL_CASES_H
#define IMG_TESTS_KERNEL_CASES_H

#include "kernel/kernel.h"

/* NULL when all agree, else what did not, in a static buffer. */
const char *kernel_cases_compare(const struct img_kernels *kernels);

#endif
