/* L*a*b* to RGB through LittleCMS. */
#include "decode/lab.h"

#include <lcms2.h>
#include <stdlib.h>

struct img_lab {
    cmsHTRANSFORM transform;
};

struct img_lab *img_lab_new(struct img_err *err)
{
    const cmsUInt32Number input = COLORSPACE_SH(PT_LabV2) | CHANNELS_SH(3) | BYTES_SH(1);
    struct img_lab *lab = calloc(1, sizeof *lab);
    cmsHPROFILE from = cmsCreateLab2Profile(NULL);
    cmsHPROFILE to = cmsCreate_sRGBProfile();
    if (lab && from && to)
        lab->transform =
            cmsCreateTransform(from, input, to, TYPE_RGB_8, INTENT_PERCEPTUAL, 0);
    if (from)
        cmsCloseProfile(from);
    if (to)
        cmsCloseProfile(to);
    if (lab && lab->transform)
        return lab;
    free(lab);
    img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "no conversion from L*a*b*");
    return NULL;
}

void img_lab_to_rgb(struct img_lab *lab, uint8_t *pixels, uint32_t width)
{
    cmsDoTransform(lab->transform, pixels, pixels, width);
}

void img_lab_free(struct img_lab *lab)
{
    if (!lab)
        return;
    cmsDeleteTransform(lab->transform);
    free(lab);
}
