/* Resize and crop geometry of the reference's processors. */
#include "image/crop.h"

#include <math.h>

/* Both families compute int(resize * long / short) in Python: one division of exact integers,
 * rounded to double, cut. */
static double long_edge(uint32_t longer, uint32_t shorter, uint32_t resize)
{
    return floor((double)((uint64_t)resize * longer) / (double)shorter);
}

static uint32_t offset(uint32_t edge, uint32_t size, uint32_t crop)
{
    uint32_t rest = edge - size;
    uint32_t half = rest / 2;
    if (crop == IMG_CROP_HALF_EVEN && rest % 2 == 1 && half % 2 == 1)
        half++;
    return half;
}

bool img_crop_find(uint32_t width, uint32_t height, const struct img_prep *prep,
                   struct img_crop_box *box, struct img_err *err)
{
    bool wide = width > height;
    double edge = wide ? long_edge(width, height, prep->resize)
                       : long_edge(height, width, prep->resize);
    if (edge > INT32_MAX)
        return img_err_set(err, IMG_ERR_TOO_MANY_PIXELS, "too long for its width: %u by %u pixels",
                           width, height);
    box->width = wide ? (uint32_t)edge : prep->resize;
    box->height = wide ? prep->resize : (uint32_t)edge;
    box->left = offset(box->width, prep->size, prep->crop);
    box->top = offset(box->height, prep->size, prep->crop);
    return true;
}
