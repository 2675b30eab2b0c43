/* EXIF 2.32: the few tags a record shows. */
#include "meta/exif.h"

#include <string.h>

#include "meta/date.h"

enum {
    TAG_X_RESOLUTION = 0x011a,
    TAG_Y_RESOLUTION = 0x011b,
    TAG_RESOLUTION_UNIT = 0x0128,
    TAG_ORIENTATION = 0x0112,
    TAG_DATE_TIME = 0x0132,
    TAG_EXIF = 0x8769,
    TAG_DATE_TIME_ORIGINAL = 0x9003,
    TAG_DATE_TIME_DIGITIZED = 0x9004,
    TAG_OFFSET = 0x9010,
    TAG_OFFSET_ORIGINAL = 0x9011,
    TAG_OFFSET_DIGITIZED = 0x9012,
    TAG_SUBSEC = 0x9290,
    TAG_SUBSEC_ORIGINAL = 0x9291,
    TAG_SUBSEC_DIGITIZED = 0x9292,
};

static void date_of(const struct img_ifd_file *file, uint64_t directory, uint16_t tag,
                    uint64_t exif, uint16_t fraction_tag, uint16_t zone_tag, char out[40])
{
    char when[24], fraction[12], zone[12];
    img_ifd_text(file, directory, tag, when, sizeof when);
    img_ifd_text(file, exif, fraction_tag, fraction, sizeof fraction);
    img_ifd_text(file, exif, zone_tag, zone, sizeof zone);
    img_date_exif(when, fraction, zone, out);
}

static void resolution_of(const struct img_ifd_file *file, uint64_t directory,
                          struct img_info *info)
{
    if (info->dpi_x > 0)
        return;
    double x = img_ifd_rational(file, directory, TAG_X_RESOLUTION);
    double y = img_ifd_rational(file, directory, TAG_Y_RESOLUTION);
    int64_t unit = img_ifd_integer_or(file, directory, TAG_RESOLUTION_UNIT, 2);
    double scale = unit == 3 ? 2.54 : 1.0;
    /* Written so that what is no number is refused as well. */
    bool believed = x > 0 && y > 0 && x * scale <= (double)IMG_DPI_MAX &&
                    y * scale <= (double)IMG_DPI_MAX;
    if (!believed || (unit != 2 && unit != 3))
        return;
    info->dpi_x = (float)(x * scale);
    info->dpi_y = (float)(y * scale);
}

bool img_exif_read_directory(const struct img_ifd_file *file, uint64_t directory,
                             struct img_info *info)
{
    struct img_ifd_entry entry;
    int64_t orientation;
    uint64_t exif = 0;
    int64_t offset = img_ifd_integer_or(file, directory, TAG_EXIF, 0);
    if (offset > 0)
        exif = (uint64_t)offset;
    date_of(file, directory, TAG_DATE_TIME, exif, TAG_SUBSEC, TAG_OFFSET, info->modification_date);
    date_of(file, exif, TAG_DATE_TIME_ORIGINAL, exif, TAG_SUBSEC_ORIGINAL, TAG_OFFSET_ORIGINAL,
            info->creation_date);
    if (info->creation_date[0] == '\0')
        date_of(file, exif, TAG_DATE_TIME_DIGITIZED, exif, TAG_SUBSEC_DIGITIZED,
                TAG_OFFSET_DIGITIZED, info->creation_date);
    resolution_of(file, directory, info);
    if (!img_ifd_find(file, directory, TAG_ORIENTATION, &entry))
        return false;
    /* A list of values is no orientation to the reference either. */
    if (entry.count == 1 && img_ifd_integer(file, &entry, 0, &orientation) && orientation >= 1 &&
        orientation <= 8)
        info->orientation = (uint32_t)orientation;
    return true;
}

bool img_exif_read(const uint8_t *bytes, size_t len, struct img_info *info)
{
    struct img_ifd_file file;
    while (len >= 6 && memcmp(bytes, "Exif\0\0", 6) == 0) {
        bytes += 6;
        len -= 6;
    }
    return img_ifd_open(&file, bytes, len) && img_exif_read_directory(&file, file.first, info);
}

void img_xmp_read(const uint8_t *bytes, size_t len, struct img_info *info)
{
    static const char name[] = "tiff:Orientation";
    const size_t name_len = sizeof name - 1;
    while (len > name_len) {
        const uint8_t *at = memmem(bytes, len, name, name_len);
        if (!at)
            return;
        len -= (size_t)(at - bytes) + name_len;
        bytes = at + name_len;
        size_t skip = len > 2 && memcmp(bytes, "=\"", 2) == 0 ? 2 : len > 1 && bytes[0] == '>' ? 1 : 0;
        if (skip == 0 || bytes[skip] < '0' || bytes[skip] > '9')
            continue;
        if (bytes[skip] >= '1' && bytes[skip] <= '8')
            info->orientation = (uint32_t)(bytes[skip] - '0');
        return;
    }
}
