/* The memory of one forward pass, sized once when the model is opened: encoding allocates nothing. */
#ifndef IMG_ENGINE_CPU_WORKSPACE_H
#define IMG_ENGINE_CPU_WORKSPACE_H

#include <stddef.h>

#include "model/model.h"

/* Rows of queries that attention works through together: their scores stay in the second-level
 * cache. */
enum { IMG_SCORE_ROWS = 64 };

/* Shared by a team. Strides (floats from row to row) are no multiples of a page, so that the rows of
 * a tile do not fall into the same cache sets. */
struct img_workspace {
    size_t rows;   /* tokens of all sequences together, at most */
    size_t stride; /* x, normed, added, pooled…: [rows, width] */
    size_t qkv_stride, hidden_stride, patch_stride;
    float *x;       /* residual stream */
    float *normed;  /* layer norm's output, then attention's */
    float *qkv;     /* [rows, 3 * padded width] */
    float *added;   /* what a sublayer adds to x */
    float *hidden;  /* [rows, hidden] */
    float *patches; /* [rows, 3 * patch * patch] */
    float *pooled_x, *pooled, *pooled_q; /* [sequences, width]: the last layer's pooled tokens */
    float *out;     /* [sequences, padded dimension or classes] */
    size_t out_stride;
    void *memory;
};

/* One a thread. */
struct img_attention_scratch {
    float *keys;   /* panels: [ceil(tokens / 16)][head size][16] */
    float *values; /* panels: [ceil(head size / 16)][tokens][16] */
    float *scores; /* [IMG_SCORE_ROWS, padded tokens] */
    float *out;    /* [IMG_SCORE_ROWS, padded head size] */
    void *memory;
};

/* For at most `sequences` sequences of at most `tokens` tokens through either tower of arch. */
IMG_CHECKED bool img_workspace_init(struct img_workspace *ws, const struct img_arch *arch,
                                    size_t sequences, size_t tokens, struct img_err *err);
void img_workspace_clear(struct img_workspace *ws);

IMG_CHECKED bool img_attention_scratch_init(struct img_attention_scratch *scratch,
                                            const struct img_arch *arch, size_t tokens,
                                            struct img_err *err);
void img_attention_scratch_clear(struct img_attention_scratch *scratch);

#endif
