/* Where each tensor lies in the block of packed weights. The plan follows from the architecture
 * alone, so a mapped file needs no table of contents.
 *
 * Offsets count floats from the start of the block, each a multiple of 16. Matrices are panels for
 * img_matmul: [ceil(out / 16)][in][16], short panels filled up with zeros. At bfloat16 those of the
 * layers are panels of pairs, [ceil(out / 16)][ceil(in / 2)][16]; everything else stays as it is: it
 * is a small part of the work and a large one of the precision. */
#ifndef IMG_ENGINE_CPU_PLAN_H
#define IMG_ENGINE_CPU_PLAN_H

#include <stddef.h>

#include "model/model.h"

/* Offsets within one layer. */
struct img_plan_layer {
    size_t norm1_w, norm1_b; /* [width] */
    size_t qkv, qkv_b;       /* queries, keys, values: three times [padded width] rows, in this order */
    size_t out, out_b;
    size_t norm2_w, norm2_b;
    size_t fc1, fc1_b;
    size_t fc2, fc2_b;
    size_t size; /* floats from one layer to the next */
};

struct img_plan_tower {
    bool pairs; /* as the plan's */
    size_t patch, patch_bias, class; /* image: panels over 3 * patch * patch, [width], [width] */
    size_t tokens;                   /* text: [vocab, width], plain rows */
    size_t positions;                /* [positions, width], plain rows */
    size_t pre_norm_w, pre_norm_b;
    size_t layers; /* of the first layer */
    struct img_plan_layer layer;
    size_t post_norm_w, post_norm_b;
    size_t projection;   /* panels over width */
    size_t head, head_b; /* panels over width */
};

struct img_plan {
    bool pairs; /* the layers' matrices are of bfloat16 */
    struct img_plan_tower image, text;
    size_t logit_scale;
    size_t size; /* floats in all */
};

/* Fails with MODEL_INVALID when the sizes do not fit into memory's counting. */
IMG_CHECKED bool img_plan_make(struct img_plan *plan, const struct img_arch *arch, bool pairs,
                               struct img_err *err);

/* Floats that a column of a layer's matrix with that many inputs takes. */
static inline size_t img_plan_depth(bool pairs, size_t in)
{
    return pairs ? (in + 1) / 2 : in;
}

/* n rounded up to whole panels. */
size_t img_plan_pad(size_t n);

#endif
