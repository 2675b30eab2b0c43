/* Cameras' raw files, as far as a preview goes: which files they are, and where in them the camera put
 * JPEG pictures. Sensor data is not developed.
 *
 * TIFF-like ones (CR2, NEF, ARW, DNG, PEF, SRW, ORF, RW2 …), Canon's CR3 (boxes) and Fujifilm's RAF. */
#ifndef IMG_META_RAW_H
#define IMG_META_RAW_H

#include "meta/container.h"

enum { IMG_RAW_PREVIEWS = 16 }; /* most previews that are looked at */

struct img_preview {
    struct img_block jpeg; /* from its first marker on; may go on behind its end */
    uint32_t width, height;
};

/* Whether a file that begins like a TIFF holds sensor data: DNG's version, a colour filter array, or
 * a maker's own compression. */
bool img_raw_is_tiff(const uint8_t *bytes, size_t len);

/* The previews of a raw file, largest first; how many. */
size_t img_raw_previews(const uint8_t *bytes, size_t len,
                        struct img_preview previews[IMG_RAW_PREVIEWS]);

/* The EXIF block outside the previews: of a TIFF-like file the file itself, of a CR3 its first block
 * (camera and orientation); of others none, since theirs is the preview's. */
struct img_block img_raw_exif(const uint8_t *bytes, size_t len);

#endif
