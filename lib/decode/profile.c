/* A trial with Little CMS. */
#include "decode/profile.h"

#include <lcms2.h>

static bool converts(cmsHPROFILE from, enum img_profile_kind kind)
{
    static const cmsColorSpaceSignature spaces[] = {cmsSigGrayData, cmsSigRgbData, cmsSigCmykData};
    static const cmsUInt32Number layouts[] = {TYPE_GRAY_8, TYPE_RGB_8, TYPE_CMYK_8};
    if (cmsGetColorSpace(from) != spaces[kind])
        return false;
    cmsHPROFILE srgb = cmsCreate_sRGBProfile();
    if (!srgb)
        return false;
    cmsHTRANSFORM transform = cmsCreateTransform(from, layouts[kind], srgb, TYPE_RGB_8,
                                                 INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOOPTIMIZE);
    cmsCloseProfile(srgb);
    if (transform)
        cmsDeleteTransform(transform);
    return transform != NULL;
}

bool img_profile_fits(const void *profile, size_t len, enum img_profile_kind kind)
{
    if (len == 0 || len > (1U << 30))
        return false;
    cmsHPROFILE from = cmsOpenProfileFromMem(profile, (cmsUInt32Number)len);
    bool good = from && converts(from, kind);
    if (from)
        cmsCloseProfile(from);
    return good;
}
