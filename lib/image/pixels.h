/* The identity of decoded pixels: equal for a PNG and a BMP of the same picture.
 *
 * Decoders yield rows in any order (BMP from the bottom up), so that rows are hashed by themselves,
 * each seeded with its place, and the hashes are added. */
#ifndef IMG_IMAGE_PIXELS_H
#define IMG_IMAGE_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

/* Zeroed is empty. */
struct img_pixels {
    uint64_t high, low;   /* sums of the rows' hashes */
    bool see_through;     /* some alpha was not 255 */
};

/* What a hash is of besides the rows. */
struct img_pixels_shape {
    uint32_t width, height; /* of the rows, as seen */
    uint32_t shrink;        /* decoded at 1/shrink, … */
    uint32_t full_width, full_height; /* … of this, which counts when shrink is not 1 */
    uint32_t orientation;   /* that was applied; counts only for alpha, which is added as stored */
};

/* Row y of the picture as it is seen: [width, 3] bytes. Each row once. */
void img_pixels_add(struct img_pixels *pixels, uint32_t y, const uint8_t *rgb, size_t width);

/* Row y of the alpha as it is stored. What is opaque throughout counts like a picture without
 * alpha. */
void img_pixels_add_alpha(struct img_pixels *pixels, uint32_t y, const uint8_t *alpha,
                          size_t width);

/* XXH3-128 over the shape and the sums. */
struct img_id img_pixels_id(const struct img_pixels *pixels, const struct img_pixels_shape *shape);

#endif
