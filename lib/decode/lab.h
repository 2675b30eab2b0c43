/* CIE L*a*b* of 8 bits to RGB, as Pillow's ImageCms does it: LittleCMS, its own L*a*b* (D50) and
 * sRGB profiles, perceptual intent. */
#ifndef IMG_DECODE_LAB_H
#define IMG_DECODE_LAB_H

#include <stdint.h>

#include "base/err.h"

struct img_lab;

/* NULL: OUT_OF_MEMORY. */
IMG_CHECKED struct img_lab *img_lab_new(struct img_err *err);

/* width pixels in place: L from 0 to 255, a and b with 128 in the middle. */
void img_lab_to_rgb(struct img_lab *lab, uint8_t *pixels, uint32_t width);

void img_lab_free(struct img_lab *lab);

#endif
