/* What can be seen of a picture's quality in the square the model gets. */
#ifndef IMG_IMAGE_QUALITY_H
#define IMG_IMAGE_QUALITY_H

#include <stdint.h>

#include "image/picture.h"

/* Fills info->sharpness, gradient, contrast and clipping from pixels [size, size, 3]. */
void img_quality_measure(const uint8_t *pixels, uint32_t size, struct img_info *info);

#endif
