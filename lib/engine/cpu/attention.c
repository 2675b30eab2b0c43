/* softmax(q · kᵀ / √head size) · v, a head at a time, as two products over panels. */
#include "engine/cpu/attention.h"

#include <math.h>
#include <string.h>

struct head {
    const float *q, *k, *v; /* rows of this sequence, from the head's first column */
    size_t q_stride, stride;
    size_t size;
    size_t queries, first_query; /* first_query: position of the first query in its sequence */
    float *out;
};

/* keys [tokens, size] as panels over the head size: 16 tokens a panel, zeros beyond the last. */
static void keys_to_panels(const struct head *head, size_t tokens, float *panels)
{
    for (size_t t0 = 0; t0 < tokens; t0 += IMG_LANES) {
        size_t lanes = tokens - t0 < IMG_LANES ? tokens - t0 : IMG_LANES;
        float *panel = panels + t0 * head->size;
        if (lanes < IMG_LANES)
            memset(panel, 0, head->size * IMG_LANES * sizeof *panel);
        for (size_t lane = 0; lane < lanes; lane++)
            for (size_t d = 0; d < head->size; d++)
                panel[d * IMG_LANES + lane] = head->k[(t0 + lane) * head->stride + d];
    }
}

/* values [tokens, size] as panels over the tokens: 16 columns a panel, zeros beyond the last. */
static void values_to_panels(const struct head *head, size_t tokens, float *panels)
{
    for (size_t d0 = 0; d0 < head->size; d0 += IMG_LANES) {
        size_t lanes = head->size - d0 < IMG_LANES ? head->size - d0 : IMG_LANES;
        float *to = panels + d0 * tokens;
        for (size_t t = 0; t < tokens; t++, to += IMG_LANES) {
            memcpy(to, head->v + t * head->stride + d0, lanes * sizeof *to);
            memset(to + lanes, 0, (IMG_LANES - lanes) * sizeof *to);
        }
    }
}

static void attend(const struct img_pass *pass, const struct head *head)
{
    const struct img_attention_scratch *scratch = pass->attention;
    size_t tokens = pass->tokens, size = img_plan_pad(head->size);
    size_t scores_stride = img_plan_pad(tokens) + IMG_LANES;
    float scale = 1.0f / sqrtf((float)head->size);
    keys_to_panels(head, tokens, scratch->keys);
    values_to_panels(head, tokens, scratch->values);
    for (size_t from = 0; from < head->queries; from += IMG_SCORE_ROWS) {
        size_t rows =
            head->queries - from < IMG_SCORE_ROWS ? head->queries - from : IMG_SCORE_ROWS;
        pass->kernels->matmul(&(struct img_matmul){
            .a = head->q + from * head->q_stride, .a_stride = head->q_stride, .w = scratch->keys,
            .c = scratch->scores, .c_stride = scores_stride, .rows = rows, .k = head->size,
            .end_panel = img_plan_pad(tokens) / IMG_LANES});
        for (size_t r = 0; r < rows; r++) {
            float *row = scratch->scores + r * scores_stride;
            size_t seen = pass->causal ? head->first_query + from + r + 1 : tokens;
            pass->kernels->softmax(row, scale, seen);
            /* A weight of zero adds exactly nothing, so unseen tokens may stay in the sum. */
            memset(row + seen, 0, (tokens - seen) * sizeof *row);
        }
        pass->kernels->matmul(&(struct img_matmul){
            .a = scratch->scores, .a_stride = scores_stride, .w = scratch->values,
            .c = scratch->out, .c_stride = size, .rows = rows, .k = tokens,
            .end_panel = size / IMG_LANES});
        for (size_t r = 0; r < rows; r++)
            memcpy(head->out + (from + r) * pass->ws->stride, scratch->out + r * size,
                   head->size * sizeof *scratch->out);
    }
}

void img_attention_run(const struct img_pass *pass, const float *q, size_t q_stride, size_t queries,
                       float *out)
{
    const struct img_workspace *ws = pass->ws;
    size_t heads = pass->tower->heads, size = pass->tower->width / heads;
    size_t padded = img_plan_pad(pass->tower->width);
    size_t unit, end;
    img_team_share(&pass->team, pass->sequences * heads, &unit, &end);
    for (; unit < end; unit++) {
        size_t sequence = unit / heads, column = unit % heads * size;
        const float *rows = ws->qkv + sequence * pass->tokens * ws->qkv_stride;
        attend(pass, &(struct head){
                         .q = q + sequence * queries * q_stride + column,
                         .k = rows + padded + column,
                         .v = rows + 2 * padded + column,
                         .q_stride = q_stride,
                         .stride = ws->qkv_stride,
                         .size = size,
                         .queries = queries,
                         .first_query = queries == 1 ? pass->pool : 0,
                         .out = out + sequence * queries * ws->stride + column});
    }
}
