/* What stands before and behind the transformer: patches or tokens in, embeddings out. */
#ifndef IMG_ENGINE_CPU_TOWERS_H
#define IMG_ENGINE_CPU_TOWERS_H

#include <stdint.h>

#include "engine/cpu/transformer.h"

/* float32 value of each 8-bit sample, a channel each: (u8 / 255 - mean) / std, or plain u8 / 255. */
struct img_sample_values {
    float of[3][256];
};

void img_sample_values_init(struct img_sample_values *values, const struct img_model_prep *prep,
                            bool plain);

/* The image tower for pass->sequences pictures [size, size, 3]. positions [pass->tokens, width]. out
 * [pass->sequences, dimension]. Every thread of the team calls it. */
void img_image_tower_run(const struct img_pass *pass, const struct img_arch *arch,
                         const struct img_sample_values *values, const float *positions,
                         const uint8_t *pixels, size_t size, float *out);

/* The text tower for one text of pass->tokens ids, pooled at the last. out [dimension]. */
void img_text_tower_run(const struct img_pass *pass, const struct img_arch *arch,
                        const int32_t *ids, float *out);

/* Rows of in [n, width] through a matrix of the plan: out [n, cols]. bias may be NULL. */
void img_linear_run(const struct img_pass *pass, const float *in, size_t in_stride, size_t n,
                    size_t w, const float *bias, size_t cols, float *out);

#endif
