/* Position embeddings for an image size other than the model's own. */
#ifndef IMG_ENGINE_CPU_POSITIONS_H
#define IMG_ENGINE_CPU_POSITIONS_H

#include <stddef.h>

#include "model/model.h"

/* positions [1 + from * from, width] to out [1 + to * to, width]: the class position is kept, the
 * grid resized bicubically (a = -0.75, no antialiasing, pixel centres aligned, edges repeated) as
 * transformers' interpolate_pos_encoding does through torch. */
void img_positions_interpolate(const float *positions, size_t from, size_t to, size_t width,
                               float *out);

/* The image tower's positions at image_size, from the model's own: those themselves, or others in
 * *memory, to be freed. [*tokens, width]. Fails with CONFIG (an image_size that cannot be) or
 * OUT_OF_MEMORY. */
IMG_CHECKED bool img_positions_at(const struct img_arch *arch, const float *own,
                                  uint32_t image_size, size_t *tokens, const float **positions,
                                  float **memory, struct img_err *err);

#endif
