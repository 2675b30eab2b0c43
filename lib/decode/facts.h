/* Inside img-decode: bytes in, what the file says of its picture out. No pixel is decoded. */
#ifndef IMG_DECODE_FACTS_H
#define IMG_DECODE_FACTS_H

#include "base/buf.h"
#include "decode/decode.h"
#include "meta/container.h"
#include "meta/facts.h"

/* Fills info from the picture's head; prep says which page, which formats and how many pixels.
 * Appends one JSON object: camera_info and gps_info (objects or null), notes (sentences about values
 * left out) and, when wanted, extended (everything else of EXIF, XMP and IPTC). Fails as
 * img_decode() does; damage behind the head is none of its business. */
IMG_CHECKED bool img_decode_facts(const uint8_t *bytes, size_t len, const struct img_prep *prep,
                                  bool extended, struct img_arena *arena, struct img_buf *out,
                                  struct img_info *info, struct img_err *err);

/* The formats that can be read here, bit (1 << enum img_format) each. */
uint32_t img_decode_formats(void);

/* Appends {"exif":{…},"xmp":{…},"iptc":{…}}, each when there is some. block may be NULL. */
void img_extended_put(struct img_buf *out, const struct img_exif_block *block,
                      struct img_block xmp, struct img_block iptc);

#endif
