/* Packed weights read back as the model has them: for engines that lay them out in another way. */
#ifndef IMG_ENGINE_CPU_UNPACK_H
#define IMG_ENGINE_CPU_UNPACK_H

#include "engine/cpu/packfile.h"

/* As img_model_read(): the tensor of img_model_shape(), in its orientation, to out [rows * cols]. The
 * tensor must exist. */
void img_unpack(const struct img_packed *packed, const struct img_arch *arch, enum img_side side,
                uint32_t layer, enum img_role role, float *out);

#endif
