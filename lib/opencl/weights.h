/* A tower's weights on the device. */
#ifndef IMG_OPENCL_WEIGHTS_H
#define IMG_OPENCL_WEIGHTS_H

#include "opencl/program.h"

/* Matrices [in, out]; the others are places in the tower's vectors, -1: the model has none. */
struct img_cl_layer {
    cl_mem qkv, out, fc1, fc2;
    cl_int norm1_w, norm1_b, qkv_b, out_b, norm2_w, norm2_b, fc1_b, fc2_b;
};

/* Zeroed is closed. */
struct img_cl_tower {
    const struct img_tower *shape; /* NULL: the model has no such tower */
    enum img_side side;
    bool f16;
    size_t dimension, image_size, patch, grid; /* the latter three of images */
    struct img_cl_program program;
    struct img_cl_layer *layers; /* [shape->layers] */
    cl_mem vectors;
    cl_mem patches, projection, samples; /* NULL: none */
    cl_int class_at, positions_at, patch_b, pre_w, pre_b, post_w, post_b;
};

/* Fails with OUT_OF_MEMORY, SYSTEM (a program) or DEVICE_LOST. */
IMG_CHECKED bool img_cl_tower_open(struct img_cl *cl, struct img_cl_tower *tower,
                                   enum img_side side, const struct img_gpu_spec *spec,
                                   struct img_err *err);
void img_cl_tower_close(struct img_cl *cl, struct img_cl_tower *tower);

#endif
