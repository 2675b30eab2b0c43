/* Multi-head attention of one block. */
#ifndef IMG_ENGINE_CPU_ATTENTION_H
#define IMG_ENGINE_CPU_ATTENTION_H

#include "engine/cpu/transformer.h"

/* From keys and values in ws->qkv and queries [sequences * queries, width] (stride q_stride) to out
 * (stride ws->stride). queries is pass->tokens, or 1: the pooled token's. Sequences × heads are
 * shared by the team. */
void img_attention_run(const struct img_pass *pass, const float *q, size_t q_stride, size_t queries,
                       float *out);

#endif
