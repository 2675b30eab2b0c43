/* Whether an embedded colour profile can be used: libvips would take another of its own in place of
 * one that it cannot read, and say nothing. */
#ifndef IMG_DECODE_PROFILE_H
#define IMG_DECODE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

enum img_profile_kind { IMG_PROFILE_OF_GREY, IMG_PROFILE_OF_RGB, IMG_PROFILE_OF_CMYK };

/* True when Little CMS can convert pictures of this kind from the profile to sRGB. */
bool img_profile_fits(const void *profile, size_t len, enum img_profile_kind kind);

#endif
