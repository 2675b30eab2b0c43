/* A TIFF file in memory, as libtiff wants files. */
#ifndef IMG_DECODE_TIFF_FILE_H
#define IMG_DECODE_TIFF_FILE_H

#include <stddef.h>
#include <stdint.h>

#include <tiffio.h>

struct img_tiff_file {
    const uint8_t *bytes;
    size_t len;
    uint64_t at;
};

/* Opens it at a page. source must outlive the result, which TIFFClose() ends. NULL: damaged. */
TIFF *img_tiff_open(struct img_tiff_file *source, uint32_t page);

/* Warnings since the last call. */
uint32_t img_tiff_take_warnings(void);

#endif
