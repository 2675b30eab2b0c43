/* Position embeddings for an image size other than the model's own. */
#ifndef IMG_ENGINE_CPU_POSITIONS_H
#define IMG_ENGINE_CPU_POSITIONS_H

#include <stddef.h>

/* positions [1 + from * from, width] to out [1 + to * to, width]: the class position is kept, the
 * grid resized bicubically (a = -0.75, no antialiasing, pixel centres aligned, edges repeated) as
 * transformers' interpolate_pos_encoding does through torch. */
void img_positions_interpolate(const float *positions, size_t from, size_t to, size_t width,
                               float *out);

#endif
