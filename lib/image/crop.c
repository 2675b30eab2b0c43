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

/* An edge of the whole picture when its longer one becomes size; nothing is enlarged. */
static uint32_t fitted(uint32_t edge, uint32_t longer, uint32_t size)
{
    if (longer <= size)
        return edge;
    uint32_t small = (uint32_t)(((uint64_t)edge * size + longer / 2) / longer);
    return small > 0 ? small : 1;
}

bool img_crop_find(uint32_t width, uint32_t height, const struct img_prep *prep,
                   struct img_crop_box *box, struct img_err *err)
{
    bool wide = width > height;
    if (prep->crop == IMG_CROP_NONE) {
        *box = (struct img_crop_box){.width = fitted(width, wide ? width : height, prep->size),
                                     .height = fitted(height, wide ? width : height, prep->size)};
        box->columns = box->width;
        box->rows = box->height;
        return true;
    }
    double edge = wide ? long_edge(width, height, prep->resize)
                       : long_edge(height, width, prep->resize);
    if (edge > INT32_MAX)
        return img_err_set(err, IMG_ERR_TOO_MANY_PIXELS, "too long for its width: %u by %u pixels",
                           width, height);
    box->width = wide ? (uint32_t)edge : prep->resize;
    box->height = wide ? prep->resize : (uint32_t)edge;
    box->columns = box->rows = prep->size;
    box->left = offset(box->width, prep->size, prep->crop);
    box->top = offset(box->height, prep->size, prep->crop);
    return true;
}
