/* The transformer both towers share: pre-norm blocks as in CLIP and ViT.
 *
 * References: "Attention Is All You Need" (Vaswani et al.), "An Image is Worth 16x16 Words"
 * (Dosovitskiy et al.), "Learning Transferable Visual Models From Natural Language Supervision"
 * (Radford et al.); transformers' modeling_clip for the order of operations. */
#ifndef IMG_ENGINE_CPU_TRANSFORMER_H
#define IMG_ENGINE_CPU_TRANSFORMER_H

#include "engine/cpu/plan.h"
#include "engine/cpu/team.h"
#include "engine/cpu/workspace.h"
#include "kernel/kernel.h"

/* One pass of one team over sequences of equal length. */
struct img_pass {
    const struct img_kernels *kernels;
    const float *block; /* packed weights */
    const struct img_tower *tower;
    const struct img_plan_tower *plan;
    struct img_team team;
    struct img_workspace *ws;                /* the team's */
    struct img_attention_scratch *attention; /* this thread's own */
    size_t sequences, tokens;
    size_t pool;  /* the token whose output is wanted; only it is computed in the last block */
    bool causal;  /* a token sees itself and those before it */
};

/* The product over that many panels, shared by the team. */
void img_pass_matmul(const struct img_pass *pass, const struct img_matmul *product, size_t panels);

/* Runs every block over ws->x [sequences * tokens, width]; leaves the pooled tokens, after the last
 * layer norm, in ws->pooled [sequences, width]. Every thread of the team calls it. */
void img_transformer_run(const struct img_pass *pass);

#endif
