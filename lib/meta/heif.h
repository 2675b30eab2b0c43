/* What HEIF and AVIF files say of their pictures, without decoding one (ISO/IEC 23008-12, ISO/IEC
 * 14496-12). */
#ifndef IMG_META_HEIF_H
#define IMG_META_HEIF_H

#include "meta/container.h"

struct img_heif {
    uint32_t width, height; /* cropped as the file says, before rotation and mirroring */
    uint32_t orientation;   /* what these two do, as EXIF numbers it; 0: there is neither */
    uint32_t pictures;      /* to be shown, or frames; at least 1 */
    bool sequence;          /* they are frames, of one size */
    bool alpha, grey, has_icc;
    struct img_block exif;  /* a TIFF file */
    struct img_block xmp;
};

/* False when the file has no primary picture of a known size. */
bool img_heif_scan(const uint8_t *bytes, size_t len, struct img_heif *heif);

#endif
