/* SVG and PDF: drawings, which have no pixels of their own. They are drawn so that their shorter side
 * is the model's, on white paper unless another background is asked for: the reference reads neither,
 * and on its black most drawings could not be seen. */
#include <math.h>
#include <vips/vips.h>

#include "decode/drawing.h"

enum { SIDE_MAX = 32767 }; /* librsvg's and poppler's surfaces end there */

static int draw(const struct img_job *job, double scale, VipsImage **image)
{
    /* libvips only reads through the pointer, but its interface is older than const. */
    void *bytes = (void *)(uintptr_t)job->bytes;
    VipsFailOn fail = job->prep->fail_on_truncated ? VIPS_FAIL_ON_TRUNCATED : VIPS_FAIL_ON_NONE;
    if (job->info->format == IMG_FORMAT_SVG)
        return vips_svgload_buffer(bytes, job->len, image, "access", VIPS_ACCESS_SEQUENTIAL,
                                   "fail_on", fail, "scale", scale, NULL);
    return vips_pdfload_buffer(bytes, job->len, image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                               fail, "page", (int)job->prep->page, "scale", scale, NULL);
}

int img_drawing_load(const struct img_job *job, VipsImage **image)
{
    VipsImage *natural;
    if (draw(job, 1, &natural) != 0)
        return -1;
    int width = vips_image_get_width(natural), height = vips_image_get_height(natural);
    job->info->width = (uint32_t)width;
    job->info->height = (uint32_t)height;
    double scale = (double)job->prep->resize / VIPS_MIN(width, height);
    scale = fmin(scale, (double)SIDE_MAX / VIPS_MAX(width, height));
    if (job->head_only || scale == 1) {
        *image = natural;
        return 0;
    }
    int pages;
    bool counted = vips_image_get_typeof(natural, "n-pages") &&
                   vips_image_get_int(natural, "n-pages", &pages) == 0;
    if (counted && pages > 1)
        job->info->pages = (uint32_t)pages;
    g_object_unref(natural);
    return draw(job, scale, image);
}

void img_drawing_paper(struct img_prep *prep)
{
    if (prep->has_background)
        return;
    prep->has_background = 1;
    prep->background = 0xffffff;
}
