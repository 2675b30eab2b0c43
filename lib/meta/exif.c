/* EXIF 2.32: the few tags a record shows. */
#include "meta/exif.h"

#include <stdio.h>
#include <string.h>

enum {
    TAG_X_RESOLUTION = 0x011a,
    TAG_Y_RESOLUTION = 0x011b,
    TAG_RESOLUTION_UNIT = 0x0128,
    TAG_ORIENTATION = 0x0112,
    TAG_DATE_TIME = 0x0132,
    TAG_EXIF = 0x8769,
    TAG_DATE_TIME_ORIGINAL = 0x9003,
    TAG_OFFSET = 0x9010,
    TAG_OFFSET_ORIGINAL = 0x9011,
    TAG_SUBSEC = 0x9290,
    TAG_SUBSEC_ORIGINAL = 0x9291,
};

/* An ASCII value, cut at its NUL and at size - 1. */
static void text_of(const struct img_ifd_file *file, uint64_t directory, uint16_t tag, char *out,
                    size_t size)
{
    struct img_ifd_entry entry;
    out[0] = '\0';
    if (!img_ifd_find(file, directory, tag, &entry) || entry.type != 2)
        return;
    size_t len = entry.count < size - 1 ? (size_t)entry.count : size - 1;
    memcpy(out, entry.value, len);
    out[len] = '\0';
}

/* Two digits, or -1. */
static int two(const char *at)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
        return -1;
    return (at[0] - '0') * 10 + at[1] - '0';
}

static bool valid_day(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap);
}

/* "YYYY:MM:DD HH:MM:SS", fraction digits and "±HH:MM" to ISO 8601; nothing when it is no date. */
static void compose(const char *when, const char *fraction, const char *zone, char out[40])
{
    if (strlen(when) < 19 || when[4] != ':' || when[7] != ':' || when[13] != ':' || when[16] != ':')
        return;
    int century = two(when), year = two(when + 2), month = two(when + 5), day = two(when + 8);
    int hour = two(when + 11), minute = two(when + 14), second = two(when + 17);
    if ((when[10] != ' ' && when[10] != 'T') || century < 0 || year < 0 ||
        century * 100 + year == 0 || !valid_day(century * 100 + year, month, day))
        return;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return;
    int len = snprintf(out, 40, "%02d%02d-%02d-%02dT%02d:%02d:%02d", century, year, month, day, hour,
                       minute, second);
    size_t digits = strspn(fraction, "0123456789");
    if (digits > 0 && len > 0)
        len += snprintf(out + len, 40 - (size_t)len, ".%.*s", (int)(digits < 9 ? digits : 9),
                        fraction);
    bool signed_zone = (zone[0] == '+' || zone[0] == '-') && strlen(zone) >= 6 && zone[3] == ':';
    if (signed_zone && two(zone + 1) >= 0 && two(zone + 1) <= 14 && two(zone + 4) >= 0 &&
        two(zone + 4) <= 59)
        snprintf(out + len, 40 - (size_t)len, "%.6s", zone);
    else if (zone[0] == 'Z' && zone[1] == '\0')
        snprintf(out + len, 40 - (size_t)len, "+00:00");
}

static void date_of(const struct img_ifd_file *file, uint64_t directory, uint16_t tag,
                    uint64_t exif, uint16_t fraction_tag, uint16_t zone_tag, char out[40])
{
    char when[24], fraction[12], zone[12];
    text_of(file, directory, tag, when, sizeof when);
    text_of(file, exif, fraction_tag, fraction, sizeof fraction);
    text_of(file, exif, zone_tag, zone, sizeof zone);
    compose(when, fraction, zone, out);
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
