/* Packed weights read back as the model has them: for engines that lay them out in another way. */
#ifndef IMG_ENGINE_CPU_UNPACK_H
#define IMG_ENGINE_CPU_UNPACK_H

#include "engine/cpu/packfile.h"

/* A tensor that img_model_shape() says is there: a vector or table as the model has it, and a matrix
 * [rows, cols] of a linear map transposed, [cols, rows], each line stride floats from the next. */
void img_unpack(const struct img_packed *packed, const struct img_arch *arch, enum img_side side,
                uint32_t layer, enum img_role role, size_t stride, float *out);

#endif
