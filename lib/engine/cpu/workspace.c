/* Sizing and allocating what a forward pass needs. */
#include "engine/cpu/workspace.h"

#include <stdlib.h>

#include "base/size.h"
#include "engine/cpu/plan.h"
#include "kernel/kernel.h"

struct part {
    float **to;
    size_t rows, cols;
};

/* One block for all parts, each 64-byte aligned. */
static void *allocate(const struct part *parts, size_t count, struct img_err *err)
{
    size_t total = 0, size;
    for (size_t i = 0; i < count; i++)
        if (!img_size_mul(parts[i].rows, parts[i].cols, &size) ||
            size > SIZE_MAX / 64 / sizeof(float) ||
            !img_size_add(total, img_size_align(size, IMG_LANES), &total)) {
            img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "a forward pass would need absurd memory");
            return NULL;
        }
    float *memory = total > SIZE_MAX / 64 / sizeof(float)
                        ? NULL
                        : aligned_alloc(64, (total + IMG_LANES) * sizeof(float));
    if (!memory) {
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a forward pass (%zu MiB)",
                    total >> 18);
        return NULL;
    }
    float *at = memory;
    for (size_t i = 0; i < count; i++) {
        *parts[i].to = at;
        at += img_size_align(parts[i].rows * parts[i].cols, IMG_LANES);
    }
    return memory;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

bool img_workspace_init(struct img_workspace *ws, const struct img_arch *arch, size_t sequences,
                        size_t tokens, struct img_err *err)
{
    size_t width = img_plan_pad(larger(arch->image.width, arch->text.width));
    size_t hidden = img_plan_pad(larger(arch->image.hidden, arch->text.hidden));
    size_t patch = img_plan_pad((size_t)3 * arch->patch * arch->patch);
    size_t rows = sequences * tokens;
    *ws = (struct img_workspace){
        .rows = rows,
        .stride = width + IMG_LANES,
        .qkv_stride = 3 * width + IMG_LANES,
        .hidden_stride = hidden + IMG_LANES,
        .patch_stride = patch + IMG_LANES,
        .out_stride = img_plan_pad(larger(arch->dimension, arch->classes)) + IMG_LANES,
    };
    const struct part parts[] = {
        {&ws->x, rows, ws->stride},
        {&ws->normed, rows, ws->stride},
        {&ws->qkv, rows, ws->qkv_stride},
        {&ws->added, rows, ws->stride},
        {&ws->hidden, rows, ws->hidden_stride},
        {&ws->patches, rows, ws->patch_stride},
        {&ws->pooled_x, sequences, ws->stride},
        {&ws->pooled, sequences, ws->stride},
        {&ws->pooled_q, sequences, ws->stride},
        {&ws->out, sequences, ws->out_stride},
    };
    ws->memory = allocate(parts, sizeof parts / sizeof parts[0], err);
    return ws->memory != NULL;
}

void img_workspace_clear(struct img_workspace *ws)
{
    free(ws->memory);
    *ws = (struct img_workspace){0};
}

static size_t head_size(const struct img_tower *tower)
{
    return tower->layers ? tower->width / tower->heads : 0;
}

bool img_attention_scratch_init(struct img_attention_scratch *scratch, const struct img_arch *arch,
                                size_t tokens, struct img_err *err)
{
    size_t head = larger(head_size(&arch->image), head_size(&arch->text));
    *scratch = (struct img_attention_scratch){0};
    const struct part parts[] = {
        {&scratch->keys, img_plan_pad(tokens), head},
        {&scratch->values, img_plan_pad(head), tokens},
        {&scratch->scores, IMG_SCORE_ROWS, img_plan_pad(tokens) + IMG_LANES},
        {&scratch->out, IMG_SCORE_ROWS, img_plan_pad(head)},
    };
    scratch->memory = allocate(parts, sizeof parts / sizeof parts[0], err);
    return scratch->memory != NULL;
}

void img_attention_scratch_clear(struct img_attention_scratch *scratch)
{
    free(scratch->memory);
    *scratch = (struct img_attention_scratch){0};
}
