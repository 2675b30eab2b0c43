/* The blocks of a transformer, shared by a team of threads that meets between the steps. */
#include "engine/cpu/transformer.h"

#include <string.h>

#include "engine/cpu/attention.h"

void img_pass_matmul(const struct img_pass *pass, const struct img_matmul *product, size_t panels)
{
    struct img_matmul m = *product;
    img_team_share(&pass->team, panels, &m.first_panel, &m.end_panel);
    pass->kernels->matmul(&m);
}

/* to = norm(x), and before it x += added where there is something to add; rows shared by the team. */
static void add_and_norm(const struct img_pass *pass, float *x, const float *added, size_t rows,
                         const float *weight, const float *bias, float *to)
{
    size_t stride = pass->ws->stride, width = pass->tower->width, row, end;
    img_team_share(&pass->team, rows, &row, &end);
    for (; row < end; row++) {
        if (added)
            pass->kernels->add(added + row * stride, width, x + row * stride);
        pass->kernels->layer_norm(x + row * stride, weight, bias, pass->tower->epsilon, width,
                                  to + row * stride);
    }
    img_team_meet(&pass->team);
}

/* From here on only the pooled tokens go on: their residual stream and their layer norm. */
static void gather_pooled(const struct img_pass *pass)
{
    const struct img_workspace *ws = pass->ws;
    size_t sequence, end, bytes = pass->tower->width * sizeof *ws->x;
    img_team_share(&pass->team, pass->sequences, &sequence, &end);
    for (; sequence < end; sequence++) {
        size_t from = (sequence * pass->tokens + pass->pool) * ws->stride;
        memcpy(ws->pooled_x + sequence * ws->stride, ws->x + from, bytes);
        memcpy(ws->pooled + sequence * ws->stride, ws->normed + from, bytes);
    }
    img_team_meet(&pass->team);
}

/* A product with one of a layer's matrices. */
static void multiply(const struct img_pass *pass, struct img_matmul product, size_t out)
{
    product.pairs = pass->plan->pairs;
    img_pass_matmul(pass, &product, img_plan_pad(out) / IMG_LANES);
}

/* Queries, keys, values and attention for every token, from ws->normed into ws->normed. */
static void attend_all(const struct img_pass *pass, const float *layer)
{
    const struct img_workspace *ws = pass->ws;
    const struct img_plan_layer *l = &pass->plan->layer;
    size_t width = pass->tower->width;
    multiply(pass,
             (struct img_matmul){.a = ws->normed, .a_stride = ws->stride, .w = layer + l->qkv,
                                 .bias = layer + l->qkv_b, .c = ws->qkv,
                                 .c_stride = ws->qkv_stride,
                                 .rows = pass->sequences * pass->tokens, .k = width},
             3 * img_plan_pad(width));
    img_team_meet(&pass->team);
    img_attention_run(pass, ws->qkv, ws->qkv_stride, pass->tokens, ws->normed);
    img_team_meet(&pass->team);
}

/* The same for the last block: keys and values for every token, the rest for the pooled ones, from
 * ws->pooled into ws->pooled. */
static void attend_pooled(const struct img_pass *pass, const float *layer)
{
    const struct img_workspace *ws = pass->ws;
    const struct img_plan_layer *l = &pass->plan->layer;
    size_t width = pass->tower->width, padded = img_plan_pad(width);
    size_t third = padded * img_plan_depth(pass->plan->pairs, width);
    gather_pooled(pass);
    multiply(pass,
             (struct img_matmul){.a = ws->normed, .a_stride = ws->stride,
                                 .w = layer + l->qkv + third, .bias = layer + l->qkv_b + padded,
                                 .c = ws->qkv + padded, .c_stride = ws->qkv_stride,
                                 .rows = pass->sequences * pass->tokens, .k = width},
             2 * padded);
    multiply(pass,
             (struct img_matmul){.a = ws->pooled, .a_stride = ws->stride, .w = layer + l->qkv,
                                 .bias = layer + l->qkv_b, .c = ws->pooled_q,
                                 .c_stride = ws->stride, .rows = pass->sequences, .k = width},
             width);
    img_team_meet(&pass->team);
    img_attention_run(pass, ws->pooled_q, ws->stride, 1, ws->pooled);
    img_team_meet(&pass->team);
}

/* What follows attention: projection, residual, layer norm, MLP. Leaves the MLP's output, not yet
 * added to x, in ws->added. rows of attended, x and attended alike. */
static void project_and_feed_forward(const struct img_pass *pass, const float *layer,
                                     float *attended, float *x, size_t rows)
{
    const struct img_workspace *ws = pass->ws;
    const struct img_plan_layer *l = &pass->plan->layer;
    size_t width = pass->tower->width, hidden = pass->tower->hidden;
    multiply(pass,
             (struct img_matmul){.a = attended, .a_stride = ws->stride, .w = layer + l->out,
                                 .bias = layer + l->out_b, .c = ws->added, .c_stride = ws->stride,
                                 .rows = rows, .k = width},
             width);
    img_team_meet(&pass->team);
    add_and_norm(pass, x, ws->added, rows, layer + l->norm2_w, layer + l->norm2_b, attended);
    multiply(pass,
             (struct img_matmul){.a = attended, .a_stride = ws->stride, .w = layer + l->fc1,
                                 .bias = layer + l->fc1_b, .c = ws->hidden,
                                 .c_stride = ws->hidden_stride, .rows = rows, .k = width,
                                 .finish = pass->tower->activation == IMG_GELU
                                               ? pass->kernels->gelu
                                               : pass->kernels->quick_gelu},
             hidden);
    img_team_meet(&pass->team);
    multiply(pass,
             (struct img_matmul){.a = ws->hidden, .a_stride = ws->hidden_stride,
                                 .w = layer + l->fc2, .bias = layer + l->fc2_b, .c = ws->added,
                                 .c_stride = ws->stride, .rows = rows, .k = hidden},
             width);
    img_team_meet(&pass->team);
}

void img_transformer_run(const struct img_pass *pass)
{
    const struct img_workspace *ws = pass->ws;
    const struct img_plan_layer *l = &pass->plan->layer;
    size_t rows = pass->sequences * pass->tokens, layers = pass->tower->layers;
    for (size_t i = 0; i < layers; i++) {
        const float *layer = pass->block + pass->plan->layers + i * l->size;
        add_and_norm(pass, ws->x, i > 0 ? ws->added : NULL, rows, layer + l->norm1_w,
                     layer + l->norm1_b, ws->normed);
        if (i + 1 < layers) {
            attend_all(pass, layer);
            project_and_feed_forward(pass, layer, ws->normed, ws->x, rows);
        } else {
            attend_pooled(pass, layer);
            project_and_feed_forward(pass, layer, ws->pooled, ws->pooled_x, pass->sequences);
        }
    }
    add_and_norm(pass, ws->pooled_x, ws->added, pass->sequences,
                 pass->block + pass->plan->post_norm_w, pass->block + pass->plan->post_norm_b,
                 ws->pooled);
}
