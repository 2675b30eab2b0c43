/* Which formats this machine's libvips was built for. libheif reads HEIF and AVIF through codecs that
 * may be missing one by one: a small picture of each says whether they are there. */
#include <vips/vips.h>

#include "decode/facts.h"
#include "decode/samples.h"

uint32_t img_decode_formats(void)
{
    static const struct {
        enum img_format format;
        const char *loader; /* NULL: always there */
        const struct img_block *sample; /* NULL: the loader suffices */
    } formats[] = {
        {IMG_FORMAT_JPEG, "jpegload_buffer", NULL},
        {IMG_FORMAT_PNG, "pngload_buffer", NULL},
        {IMG_FORMAT_BMP, NULL, NULL},
        {IMG_FORMAT_TIFF, NULL, NULL},
        {IMG_FORMAT_GIF, NULL, NULL},
        {IMG_FORMAT_WEBP, "webpload_buffer", NULL},
        {IMG_FORMAT_HEIF, "heifload_buffer", &img_sample_heic},
        {IMG_FORMAT_AVIF, "heifload_buffer", &img_sample_avif},
        {IMG_FORMAT_JXL, "jxlload_buffer", NULL},
        {IMG_FORMAT_JPEG2000, "jp2kload_buffer", NULL},
        {IMG_FORMAT_PPM, NULL, NULL},
        {IMG_FORMAT_SVG, "svgload_buffer", NULL},
        {IMG_FORMAT_PDF, "pdfload_buffer", NULL},
        {IMG_FORMAT_RAW, "jpegload_buffer", NULL},
    };
    uint32_t found = 0;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if ((!formats[i].loader || vips_type_find("VipsOperation", formats[i].loader) != 0) &&
            (!formats[i].sample || img_sample_decode(*formats[i].sample, UINT64_MAX)))
            found |= 1U << formats[i].format;
    return found;
}
