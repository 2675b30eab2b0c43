/* Modes and metadata from JPEG, PNG, WebP and TIFF heads. */
#include "decode/head.h"

#include <string.h>

#include "meta/container.h"
#include "meta/exif.h"

static void take_common(const struct img_container *container, struct img_info *info,
                        struct img_head *head)
{
    *head = (struct img_head){.damaged = container->damaged,
                              .ends_early = container->ends_early,
                              .bits = container->bits,
                              .photometric = -1};
    info->width = container->width;
    info->height = container->height;
    info->has_icc_profile = container->has_icc;
    info->dpi_x = container->dpi_x;
    info->dpi_y = container->dpi_y;
    bool oriented = container->exif.bytes &&
                    img_exif_read(container->exif.bytes, container->exif.len, info);
    if (!oriented && container->xmp.bytes)
        img_xmp_read(container->xmp.bytes, container->xmp.len, info);
}

void img_head_jpeg(const struct img_job *job, struct img_head *head)
{
    struct img_container container;
    img_jpeg_scan(job->bytes, job->len, &container);
    take_common(&container, job->info, head);
    img_info_set_mode(job->info, container.channels == 1   ? "L"
                                 : container.channels == 3 ? "RGB"
                                 : container.channels == 4 ? "CMYK"
                                                           : "");
}

static const char *png_mode(const struct img_container *container)
{
    switch (container->colour_type) {
    case 0:
        return container->bits == 1 ? "1" : container->bits == 16 ? "I;16" : "L";
    case 2:
        return "RGB";
    case 3:
        return "P";
    case 4:
        return container->bits == 16 ? "RGBA" : "LA";
    case 6:
        return "RGBA";
    default:
        return "";
    }
}

/* The colour that Pillow would remember as transparent after its conversion to RGB. A palette counts
 * when exactly one entry is fully transparent and all others are opaque. */
static struct img_key png_key(const struct img_container *container)
{
    struct img_key key = {0};
    const uint8_t *at = container->transparency.bytes;
    size_t len = container->transparency.len;
    size_t index = 0;
    if (container->colour_type == 3) {
        while (index < len && at[index] == 255)
            index++;
        for (size_t i = 0; i < len; i++)
            if (at[i] != (i == index ? 0 : 255))
                return key;
        if (index >= len || index > 255)
            return key;
        key.used = true;
        bool known = index * 3 < container->palette.len;
        for (size_t i = 0; i < 3; i++)
            key.rgb[i] = known ? container->palette.bytes[index * 3 + i] : 0;
    } else if (container->colour_type == 2 && len >= 6) {
        key = (struct img_key){true, {at[1], at[3], at[5]}};
    } else if (container->colour_type == 0 && len >= 2) {
        unsigned value = (unsigned)at[0] << 8 | at[1];
        uint8_t clipped = (uint8_t)(value > 255 ? 255 : value);
        key = (struct img_key){true, {clipped, clipped, clipped}};
        if (container->bits == 16)
            key = (struct img_key){true, {at[1], 0, 0}};
        else if (container->bits == 1)
            key = (struct img_key){true, {value ? 255 : 0, 0, 0}};
    }
    return key;
}

void img_head_png(const struct img_job *job, struct img_head *head)
{
    struct img_container container;
    img_png_scan(job->bytes, job->len, &container);
    take_common(&container, job->info, head);
    job->info->has_alpha = container.transparency.bytes || (container.colour_type & 4);
    head->key = png_key(&container);
    head->whole = container.whole;
    img_info_set_mode(job->info, png_mode(&container));
}

void img_head_webp(const struct img_job *job, struct img_head *head)
{
    struct img_container container;
    img_webp_scan(job->bytes, job->len, &container);
    take_common(&container, job->info, head);
    job->info->pages = container.frames;
    job->info->has_alpha = container.transparent;
    if (container.width > 0)
        img_info_set_mode(job->info, container.transparent ? "RGBA" : "RGB");
}

enum {
    TIFF_WIDTH = 256,
    TIFF_HEIGHT = 257,
    TIFF_BITS = 258,
    TIFF_COMPRESSION = 259,
    TIFF_PHOTOMETRIC = 262,
    TIFF_SAMPLES = 277,
    TIFF_EXTRA = 338,
    TIFF_FORMAT = 339,
    TIFF_XMP = 700,
    TIFF_ICC = 34675,
    PAGES_MAX = 65536,
};

/* Pillow's mode names, from photometric interpretation, sample format, bits and extra samples. */
static const char *tiff_mode(const struct img_ifd_file *file, uint64_t at, int64_t photometric,
                             int64_t bits, bool *has_alpha)
{
    int64_t format = img_ifd_integer_or(file, at, TIFF_FORMAT, 1);
    int64_t samples = img_ifd_integer_or(file, at, TIFF_SAMPLES, 1);
    int64_t extra = img_ifd_integer_or(file, at, TIFF_EXTRA, -1);
    *has_alpha = extra > 0 || (photometric == 2 && samples == 4 && extra < 0);
    switch (photometric) {
    case 0:
    case 1:
        if (*has_alpha)
            return "LA";
        if (format == 3)
            return "F";
        if (bits == 32 || (bits == 16 && format == 2))
            return "I";
        if (bits == 12 || bits == 16)
            return file->big_endian ? "I;16B" : "I;16";
        return bits == 1 ? "1" : "L";
    case 2:
        return *has_alpha ? "RGBA" : "RGB";
    case 3:
        return *has_alpha ? "PA" : "P";
    case 5:
        return "CMYK";
    case 6:
        return samples == 1 ? "L" : "RGB";
    case 8:
        return "LAB";
    default:
        return "";
    }
}

void img_head_tiff(const struct img_job *job, struct img_head *head)
{
    struct img_ifd_file file;
    struct img_ifd_entry entry;
    struct img_info *info = job->info;
    *head = (struct img_head){.photometric = -1};
    if (!img_ifd_open(&file, job->bytes, job->len)) {
        head->ends_early = true;
        return;
    }
    info->pages = img_ifd_pages(&file, PAGES_MAX);
    uint64_t at = file.first;
    for (uint32_t page = 0; page < job->prep->page && page + 1 < info->pages; page++)
        at = img_ifd_next(&file, at);
    int64_t photometric = img_ifd_integer_or(&file, at, TIFF_PHOTOMETRIC, 0);
    int64_t bits = img_ifd_integer_or(&file, at, TIFF_BITS, 1);
    if (img_ifd_integer_or(&file, at, TIFF_COMPRESSION, 1) == 6)
        photometric = 6;
    bool has_alpha;
    img_info_set_mode(info, tiff_mode(&file, at, photometric, bits, &has_alpha));
    info->has_alpha = has_alpha;
    int64_t width = img_ifd_integer_or(&file, at, TIFF_WIDTH, 0);
    int64_t height = img_ifd_integer_or(&file, at, TIFF_HEIGHT, 0);
    info->width = width > 0 && width <= UINT32_MAX ? (uint32_t)width : 0;
    info->height = height > 0 && height <= UINT32_MAX ? (uint32_t)height : 0;
    info->has_icc_profile = img_ifd_find(&file, at, TIFF_ICC, &entry);
    head->bits = bits > 0 && bits <= 64 ? (uint32_t)bits : 0;
    head->photometric = photometric >= 0 && photometric <= 65535 ? (int)photometric : -1;
    if (!img_exif_read_directory(&file, at, info) && img_ifd_find(&file, at, TIFF_XMP, &entry) &&
        entry.size == 1)
        img_xmp_read(entry.value, (size_t)entry.count, info);
}
