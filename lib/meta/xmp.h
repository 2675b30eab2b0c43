/* Single properties out of an XMP packet, without a parser for XML: as an attribute
 * (xmp:Rating="5") or an element (<xmp:Rating>5</xmp:Rating>, <dc:creator><rdf:Seq><rdf:li>…). */
#ifndef IMG_META_XMP_H
#define IMG_META_XMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/picture.h"

/* The first value of the property under its usual prefix, entities not resolved; false when there is
 * none. *text points into bytes. */
bool img_xmp_find(const uint8_t *bytes, size_t len, const char *name, const char **text,
                  size_t *text_len);

/* Dates that are still "" in info. */
void img_xmp_dates(const uint8_t *bytes, size_t len, struct img_info *info);

#endif
