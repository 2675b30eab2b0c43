/* The blocks of a transformer, shared by a team of threads that meets between the steps. */
#include "engine/cpu/transformer.h"

#include <string.h>

#include "engine/cpu/attention.h"

void img_pass_matmul(const struct img_pass *pass, const float *a, size_t a_stride, const float *w,
                     const float *bias, size_t rows, size_t k, size_t panels,
                     void (*finish)(float *, size_t), float *c, size_t c_stride)
{
    struct img_matmul m = {.a = a, .a_stride = a_stride, .w = w, .bias = bias, .c = c,
                           .c_stride = c_stride, .rows = rows, .k = k, .finish = finish};
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

/* Queries, keys, values and attention for every token, from ws->normed into ws->normed. */
static void attend_all(const struct img_pass *pass, const float *layer)
{
    const struct img_workspace *ws = pass->ws;
    const struct img_plan_layer *l = &pass->plan->layer;
    size_t width = pass->tower->width, panels = img_plan_pad(width) / IMG_LANES;
    img_pass_matmul(pass, ws->normed, ws->stride, layer + l->qkv, layer + l->qkv_b,
                    pass->sequences * pass->tokens, width, 3 * panels, NULL, ws->qkv,
                    ws->qkv_stride);
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
    size_t width = pass->tower->width, padded = img_plan_pad(width), panels = padded / IMG_LANES;
    gather_pooled(pass);
    img_pass_matmul(pass, ws->normed, ws->stride, layer + l->qkv + padded * width,
                    layer + l->qkv_b + padded, pass->sequences * pass->tokens, width, 2 * panels,
                    NULL, ws->qkv + padded, ws->qkv_stride);
    img_pass_matmul(pass, ws->pooled, ws->stride, layer + l->qkv, layer + l->qkv_b, pass->sequences,
                    width, panels, NULL, ws->pooled_q, ws->stride);
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
    size_t panels = img_plan_pad(width) / IMG_LANES;
    img_pass_matmul(pass, attended, ws->stride, layer + l->out, layer + l->out_b, rows, width,
                    panels, NULL, ws->added, ws->stride);
    img_team_meet(&pass->team);
    add_and_norm(pass, x, ws->added, rows, layer + l->norm2_w, layer + l->norm2_b, attended);
    img_pass_matmul(pass, attended, ws->stride, layer + l->fc1, layer + l->fc1_b, rows, width,
                    img_plan_pad(hidden) / IMG_LANES,
                    pass->tower->activation == IMG_GELU ? pass->kernels->gelu
                                                        : pass->kernels->quick_gelu,
                    ws->hidden, ws->hidden_stride);
    img_team_meet(&pass->team);
    img_pass_matmul(pass, ws->hidden, ws->hidden_stride, layer + l->fc2, layer + l->fc2_b, rows,
                    hidden, panels, NULL, ws->added, ws->stride);
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
