/* The two towers around the transformer. */
#include "engine/cpu/towers.h"

#include <string.h>

void img_sample_values_init(struct img_sample_values *values, const struct img_model_prep *prep,
                            bool plain)
{
    for (int channel = 0; channel < 3; channel++)
        for (int sample = 0; sample < 256; sample++) {
            float value = (float)sample / 255.0f;
            values->of[channel][sample] =
                plain ? value : (value - prep->mean[channel]) / prep->std[channel];
        }
}

/* One patch as a row for the patch matrix: channel, then line, then column, as the convolution's
 * weights lie. */
static void patch_to_row(const struct img_sample_values *values, const uint8_t *pixels, size_t size,
                         size_t patch, float *row)
{
    for (size_t channel = 0; channel < 3; channel++)
        for (size_t y = 0; y < patch; y++) {
            const uint8_t *from = pixels + y * size * 3 + channel;
            for (size_t x = 0; x < patch; x++)
                *row++ = values->of[channel][from[3 * x]];
        }
}

static void patches_to_rows(const struct img_pass *pass, size_t patch,
                            const struct img_sample_values *values, const uint8_t *pixels,
                            size_t size)
{
    size_t side = size / patch, grid = side * side, row, end;
    img_team_share(&pass->team, pass->sequences * grid, &row, &end);
    for (; row < end; row++) {
        size_t cell = row % grid;
        const uint8_t *from = pixels + row / grid * size * size * 3 +
                              (cell / side * size + cell % side) * patch * 3;
        patch_to_row(values, from, size, patch, pass->ws->patches + row * pass->ws->patch_stride);
    }
    img_team_meet(&pass->team);
}

/* x = class or patch embedding, plus its position, through the layer norm before the blocks. */
static void embed_patches(const struct img_pass *pass, const struct img_arch *arch,
                          const float *positions)
{
    const struct img_workspace *ws = pass->ws;
    const struct img_plan_tower *plan = pass->plan;
    size_t width = pass->tower->width, row, end;
    img_team_share(&pass->team, pass->sequences * pass->tokens, &row, &end);
    for (; row < end; row++) {
        size_t sequence = row / pass->tokens, token = row % pass->tokens;
        float *x = ws->x + row * ws->stride;
        const float *embedded =
            token == 0 ? pass->block + plan->class
                       : ws->added + (sequence * (pass->tokens - 1) + token - 1) * ws->stride;
        memcpy(x, embedded, width * sizeof *x);
        pass->kernels->add(positions + token * width, width, x);
        if (arch->has_pre_norm)
            pass->kernels->layer_norm(x, pass->block + plan->pre_norm_w,
                                      pass->block + plan->pre_norm_b, pass->tower->epsilon, width,
                                      x);
    }
    img_team_meet(&pass->team);
}

void img_linear_run(const struct img_pass *pass, const float *in, size_t in_stride, size_t n,
                    size_t w, const float *bias, size_t cols, float *out)
{
    const struct img_workspace *ws = pass->ws;
    const struct img_matmul product = {.a = in,
                                       .a_stride = in_stride,
                                       .w = pass->block + w,
                                       .bias = bias,
                                       .c = ws->out,
                                       .c_stride = ws->out_stride,
                                       .rows = n,
                                       .k = pass->tower->width};
    img_pass_matmul(pass, &product, img_plan_pad(cols) / IMG_LANES);
    img_team_meet(&pass->team);
    size_t row, end;
    img_team_share(&pass->team, n, &row, &end);
    for (; row < end; row++)
        memcpy(out + row * cols, ws->out + row * ws->out_stride, cols * sizeof *out);
    img_team_meet(&pass->team);
}

static void project(const struct img_pass *pass, const struct img_arch *arch, float *out)
{
    const struct img_workspace *ws = pass->ws;
    if (arch->has_projection) {
        img_linear_run(pass, ws->pooled, ws->stride, pass->sequences, pass->plan->projection, NULL,
                       arch->dimension, out);
        return;
    }
    size_t row, end;
    img_team_share(&pass->team, pass->sequences, &row, &end);
    for (; row < end; row++)
        memcpy(out + row * arch->dimension, ws->pooled + row * ws->stride,
               arch->dimension * sizeof *out);
    img_team_meet(&pass->team);
}

void img_image_tower_run(const struct img_pass *pass, const struct img_arch *arch,
                         const struct img_sample_values *values, const float *positions,
                         const uint8_t *pixels, size_t size, float *out)
{
    const struct img_workspace *ws = pass->ws;
    size_t width = pass->tower->width;
    patches_to_rows(pass, arch->patch, values, pixels, size);
    const struct img_matmul product = {
        .a = ws->patches,
        .a_stride = ws->patch_stride,
        .w = pass->block + pass->plan->patch,
        .bias = arch->has_patch_bias ? pass->block + pass->plan->patch_bias : NULL,
        .c = ws->added,
        .c_stride = ws->stride,
        .rows = pass->sequences * (pass->tokens - 1),
        .k = (size_t)3 * arch->patch * arch->patch};
    img_pass_matmul(pass, &product, img_plan_pad(width) / IMG_LANES);
    img_team_meet(&pass->team);
    embed_patches(pass, arch, positions);
    img_transformer_run(pass);
    project(pass, arch, out);
}

void img_text_tower_run(const struct img_pass *pass, const struct img_arch *arch,
                        const int32_t *ids, float *out)
{
    const struct img_workspace *ws = pass->ws;
    size_t width = pass->tower->width, token, end;
    img_team_share(&pass->team, pass->tokens, &token, &end);
    for (; token < end; token++) {
        float *x = ws->x + token * ws->stride;
        memcpy(x, pass->block + pass->plan->tokens + (size_t)ids[token] * width, width * sizeof *x);
        pass->kernels->add(pass->block + pass->plan->positions + token * width, width, x);
    }
    img_team_meet(&pass->team);
    img_transformer_run(pass);
    project(pass, arch, out);
}
