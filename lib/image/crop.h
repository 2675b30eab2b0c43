/* Where the model's square lies in a picture: resized so that its shortest edge has a length, then
 * cropped at the centre, as the reference implementations compute it. A thumbnail is resized so that
 * its longest edge fits, and not cropped. */
#ifndef IMG_IMAGE_CROP_H
#define IMG_IMAGE_CROP_H

#include <stdint.h>

#include "base/err.h"
#include "image/picture.h"

struct img_crop_box {
    uint32_t width, height; /* of the picture after resizing */
    uint32_t left, top;     /* of the crop in it */
    uint32_t columns, rows; /* of the crop: the model's square, or the whole with IMG_CROP_NONE */
};

/* width and height (not 0) as seen, after orientation; resize >= size. Fails with TOO_MANY_PIXELS
 * when the resized picture would have an edge that the reference cannot count either. */
IMG_CHECKED bool img_crop_find(uint32_t width, uint32_t height, const struct img_prep *prep,
                               struct img_crop_box *box, struct img_err *err);

#endif
