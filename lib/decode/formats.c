/* Which formats this machine's libvips was built for. */
#include <vips/vips.h>

#include "decode/facts.h"

uint32_t img_decode_formats(void)
{
    static const struct {
        enum img_format format;
        const char *loader; /* NULL: always there */
    } formats[] = {
        {IMG_FORMAT_JPEG, "jpegload_buffer"},     {IMG_FORMAT_PNG, "pngload_buffer"},
        {IMG_FORMAT_BMP, NULL},                   {IMG_FORMAT_TIFF, NULL},
        {IMG_FORMAT_GIF, NULL},                   {IMG_FORMAT_WEBP, "webpload_buffer"},
        {IMG_FORMAT_HEIF, "heifload_buffer"},     {IMG_FORMAT_AVIF, "heifload_buffer"},
        {IMG_FORMAT_JXL, "jxlload_buffer"},       {IMG_FORMAT_JPEG2000, "jp2kload_buffer"},
        {IMG_FORMAT_PPM, NULL},
    };
    uint32_t found = 0;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (!formats[i].loader || vips_type_find("VipsOperation", formats[i].loader) != 0)
            found |= 1U << formats[i].format;
    return found;
}
