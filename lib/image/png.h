/* Writing a picture as PNG, for people to look at. */
#ifndef IMG_IMAGE_PNG_H
#define IMG_IMAGE_PNG_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Appends pixels [height, width, 3], 8-bit RGB, as a PNG file to out. Uncompressed (stored deflate
 * blocks): a preprocessed picture is small, and so no compression library is needed. width and
 * height at most IMG_SIZE_MAX. Check img_buf_ok() afterwards.
 * Specification: PNG (RFC 2083), zlib (RFC 1950), deflate (RFC 1951). */
void img_png_put(struct img_buf *out, const uint8_t *pixels, size_t width, size_t height);

#endif
