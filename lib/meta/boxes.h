/* Boxes, of which HEIF, AVIF and JPEG XL files are made (ISO/IEC 14496-12, section 4.2). */
#ifndef IMG_META_BOXES_H
#define IMG_META_BOXES_H

#include "meta/container.h"

/* A part of a file that is read from front to back; beyond its end everything is 0. */
struct img_part {
    const uint8_t *at, *end;
};

/* A block without bytes is an empty part. */
struct img_part img_part_of(struct img_block block);

/* The next size bytes, 8 at most, as a big-endian number. */
uint64_t img_part_take(struct img_part *part, unsigned size);

/* The next box: its name and body. False at the end. */
bool img_box_next(struct img_part *part, char name[4], struct img_block *body);

/* The EXIF block in the body of an item or box that begins with where its TIFF header lies. */
struct img_block img_box_exif(struct img_block body);

#endif
