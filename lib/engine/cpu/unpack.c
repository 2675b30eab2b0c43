/* From panels back to plain matrices. */
#include "engine/cpu/unpack.h"

#include <string.h>

#include "kernel/kernel.h"

/* Offset of a tensor in the block, and whether it lies in panels. */
static size_t place_of(const struct img_plan_tower *t, uint32_t n, enum img_role role,
                       size_t width, bool *panels)
{
    const struct img_plan_layer *l = &t->layer;
    size_t at = t->layers + n * l->size, padded = img_plan_pad(width);
    *panels = role == IMG_PATCH || role == IMG_PROJECTION || role == IMG_HEAD_W ||
              role == IMG_Q_W || role == IMG_K_W || role == IMG_V_W || role == IMG_OUT_W ||
              role == IMG_FC1_W || role == IMG_FC2_W;
    switch (role) {
    case IMG_PATCH: return t->patch;
    case IMG_PATCH_BIAS: return t->patch_bias;
    case IMG_CLASS: return t->class;
    case IMG_TOKENS: return t->tokens;
    case IMG_POSITIONS: return t->positions;
    case IMG_PRE_NORM_W: return t->pre_norm_w;
    case IMG_PRE_NORM_B: return t->pre_norm_b;
    case IMG_NORM1_W: return at + l->norm1_w;
    case IMG_NORM1_B: return at + l->norm1_b;
    case IMG_Q_W: return at + l->qkv;
    case IMG_K_W: return at + l->qkv + padded * width;
    case IMG_V_W: return at + l->qkv + 2 * padded * width;
    case IMG_Q_B: return at + l->qkv_b;
    case IMG_K_B: return at + l->qkv_b + padded;
    case IMG_V_B: return at + l->qkv_b + 2 * padded;
    case IMG_OUT_W: return at + l->out;
    case IMG_OUT_B: return at + l->out_b;
    case IMG_NORM2_W: return at + l->norm2_w;
    case IMG_NORM2_B: return at + l->norm2_b;
    case IMG_FC1_W: return at + l->fc1;
    case IMG_FC1_B: return at + l->fc1_b;
    case IMG_FC2_W: return at + l->fc2;
    case IMG_FC2_B: return at + l->fc2_b;
    case IMG_POST_NORM_W: return t->post_norm_w;
    case IMG_POST_NORM_B: return t->post_norm_b;
    case IMG_PROJECTION: return t->projection;
    case IMG_HEAD_W: return t->head;
    case IMG_HEAD_B: return t->head_b;
    case IMG_LOGIT_SCALE:
    case IMG_ROLE_COUNT: break;
    }
    return 0; /* where a plan has the logit scale */
}

void img_unpack(const struct img_packed *packed, const struct img_arch *arch, enum img_side side,
                uint32_t layer, enum img_role role, size_t stride, float *out)
{
    size_t rows = 0, cols = 0;
    bool image = side == IMG_IMAGE_TOWER, panels;
    (void)img_model_shape(arch, side, role, &rows, &cols);
    const float *from =
        packed->block + place_of(image ? &packed->plan.image : &packed->plan.text, layer, role,
                                 image ? arch->image.width : arch->text.width, &panels);
    if (!panels) {
        memcpy(out, from, rows * cols * sizeof *out);
        return;
    }
    for (size_t row = 0; row < rows; row += IMG_LANES) {
        size_t lanes = rows - row < IMG_LANES ? rows - row : IMG_LANES;
        const float *panel = from + row * cols;
        for (size_t k = 0; k < cols; k++)
            memcpy(out + k * stride + row, panel + k * IMG_LANES, lanes * sizeof *out);
    }
}
