/* Turning a picture left to right, in place. */
#ifndef IMG_IMAGE_MIRROR_H
#define IMG_IMAGE_MIRROR_H

#include <stddef.h>
#include <stdint.h>

/* pixels [height, width, 3]. */
void img_mirror(uint8_t *pixels, size_t width, size_t height);

#endif
