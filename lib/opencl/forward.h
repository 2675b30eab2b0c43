/* The forward pass of either tower, as engine/cpu/transformer.h has it, on the device's queue. */
#ifndef IMG_OPENCL_FORWARD_H
#define IMG_OPENCL_FORWARD_H

#include "opencl/weights.h"

/* The memory of a pass. Zeroed is closed. */
struct img_cl_work {
    size_t sequences, tokens; /* at most */
    cl_mem x;                 /* residual stream, floats [rows, width] */
    cl_mem normed, qkv;       /* [rows, width], [rows, 3 * width] */
    cl_mem hidden;            /* [rows, hidden], or a picture's patches */
    cl_mem pooled_x, pooled;  /* [sequences, width] */
    cl_mem pool;              /* int [sequences] */
};

/* Bytes that a sequence takes, matrix products' own memory included; *largest: of one buffer. */
size_t img_cl_work_each(const struct img_cl_tower *tower, size_t tokens, size_t *largest);

IMG_CHECKED bool img_cl_work_open(struct img_cl *cl, struct img_cl_work *work,
                                  const struct img_cl_tower *tower, size_t sequences,
                                  size_t tokens, struct img_err *err);
void img_cl_work_close(struct img_cl *cl, struct img_cl_work *work);

/* Pixels [n, size, size, 3], there once uploaded has happened, to work->x. */
IMG_CHECKED bool img_cl_embed(struct img_cl *cl, const struct img_cl_tower *tower,
                              const struct img_cl_work *work, cl_mem pixels, size_t n,
                              cl_event uploaded, struct img_err *err);

/* work->x [n * tokens, width] through the tower, pooled at work->pool, to out, floats
 * [n, dimension]. */
IMG_CHECKED bool img_cl_forward(struct img_cl *cl, const struct img_cl_tower *tower,
                                const struct img_cl_work *work, size_t n, size_t tokens, cl_mem out,
                                struct img_err *err);

#endif
