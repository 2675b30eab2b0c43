/* EXIF as far as a picture's record needs it: orientation, dates, resolution. */
#ifndef IMG_META_EXIF_H
#define IMG_META_EXIF_H

#include "image/picture.h"
#include "meta/ifd.h"

/* Fills orientation, creation_date (DateTimeOriginal, else
 * DateTimeDigitized), modification_date (DateTime) and, where they
 * are still 0, dpi_x and dpi_y from an EXIF block (a TIFF file, with or without "Exif\0\0" in
 * front). What is absent or nonsense stays as it was. True when the block has an orientation, valid
 * or not. */
bool img_exif_read(const uint8_t *bytes, size_t len, struct img_info *info);

/* The same from a TIFF file's own directory. */
bool img_exif_read_directory(const struct img_ifd_file *file, uint64_t directory,
                             struct img_info *info);

/* Orientation from an XMP packet (tiff:Orientation), where EXIF has none. */
void img_xmp_read(const uint8_t *bytes, size_t len, struct img_info *info);

#endif
