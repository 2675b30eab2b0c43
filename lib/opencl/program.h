/* Our kernels, compiled for a device, and how they are started. */
#ifndef IMG_OPENCL_PROGRAM_H
#define IMG_OPENCL_PROGRAM_H

#include "opencl/context.h"

enum img_cl_kernel {
    IMG_CL_PATCHES, IMG_CL_EMBED, IMG_CL_NORM, IMG_CL_NORM_WIDE, IMG_CL_ATTENTION,
    IMG_CL_ACTIVATE, IMG_CL_GATHER,
    IMG_CL_F16, /* from here on only with f16: */
    IMG_CL_NARROW = IMG_CL_F16, IMG_CL_PRODUCT, IMG_CL_PRODUCT_WIDE,
    IMG_CL_KERNELS
};

/* Zeroed is closed. */
struct img_cl_program {
    cl_program program;
    cl_kernel kernels[IMG_CL_KERNELS];
    bool compiled; /* from source, not taken from the cache */
};

/* For heads of that size. cache_folder: compiled programs are kept in its opencl/, each under the
 * hash of device, driver and source; NULL: nowhere. Fails with SYSTEM, and the compiler's first
 * words. */
IMG_CHECKED bool img_cl_program_open(struct img_cl *cl, struct img_cl_program *program,
                                     unsigned head, bool f16, const char *cache_folder,
                                     struct img_err *err);
void img_cl_program_close(struct img_cl *cl, struct img_cl_program *program);

/* An argument of a kernel: a cl_mem, cl_int or cl_float variable. */
struct img_cl_arg {
    size_t size;
    const void *value;
};
#define IMG_CL_ARG(x) {sizeof(x), &(x)}

/* Items (rounded up to whole groups; 0: one) and the group along each dimension. */
struct img_cl_grid {
    size_t items[3], group[3];
    cl_event after; /* NULL: none */
};

IMG_CHECKED bool img_cl_start(struct img_cl *cl, cl_kernel kernel, const struct img_cl_arg *args,
                              size_t count, const struct img_cl_grid *grid, struct img_err *err);

#endif
