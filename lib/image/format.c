/* Formats: their names, and telling them apart by the first bytes of a file. */
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "image/picture.h"

static const char *const names[IMG_FORMAT_COUNT] = {
#define NAME_ROW(format, name) [format] = name,
    IMG_FORMATS(NAME_ROW)
#undef NAME_ROW
};

/* Names and extensions other than the formats' own names. */
static const struct {
    const char *name;
    enum img_format format;
} aliases[] = {
    {"jpg", IMG_FORMAT_JPEG},     {"jpe", IMG_FORMAT_JPEG},     {"jfif", IMG_FORMAT_JPEG},
    {"mpo", IMG_FORMAT_JPEG},     {"apng", IMG_FORMAT_PNG},     {"dib", IMG_FORMAT_BMP},
    {"tif", IMG_FORMAT_TIFF},     {"heic", IMG_FORMAT_HEIF},    {"hif", IMG_FORMAT_HEIF},
    {"avifs", IMG_FORMAT_AVIF},   {"jp2", IMG_FORMAT_JPEG2000}, {"j2k", IMG_FORMAT_JPEG2000},
    {"jpc", IMG_FORMAT_JPEG2000}, {"j2c", IMG_FORMAT_JPEG2000}, {"jpf", IMG_FORMAT_JPEG2000},
    {"jpx", IMG_FORMAT_JPEG2000}, {"pnm", IMG_FORMAT_PPM},      {"pbm", IMG_FORMAT_PPM},
    {"pgm", IMG_FORMAT_PPM},      {"pfm", IMG_FORMAT_PPM},      {"svgz", IMG_FORMAT_SVG},
};

/* Fixed bytes at the start of a file. */
static const struct {
    enum img_format format;
    unsigned char len;
    const char *bytes;
} signatures[] = {
    {IMG_FORMAT_RAW, 10, "II*\0\x10\0\0\0CR"}, /* Canon's CR2, which goes on like a TIFF */
    {IMG_FORMAT_RAW, 8, "IIRO\x08\0\0\0"},     /* Olympus */
    {IMG_FORMAT_RAW, 8, "IIRS\x08\0\0\0"},
    {IMG_FORMAT_RAW, 8, "MMOR\0\0\0\x08"},
    {IMG_FORMAT_RAW, 4, "IIU\0"},               /* Panasonic */
    {IMG_FORMAT_RAW, 15, "FUJIFILMCCD-RAW"},
    {IMG_FORMAT_JPEG, 3, "\xff\xd8\xff"},
    {IMG_FORMAT_PNG, 8, "\x89PNG\r\n\x1a\n"},
    {IMG_FORMAT_BMP, 2, "BM"},
    {IMG_FORMAT_TIFF, 4, "II*\0"},
    {IMG_FORMAT_TIFF, 4, "MM\0*"},
    {IMG_FORMAT_TIFF, 4, "II+\0"},
    {IMG_FORMAT_TIFF, 4, "MM\0+"},
    {IMG_FORMAT_GIF, 6, "GIF87a"},
    {IMG_FORMAT_GIF, 6, "GIF89a"},
    {IMG_FORMAT_JXL, 2, "\xff\x0a"},
    {IMG_FORMAT_JXL, 12, "\0\0\0\x0cJXL \r\n\x87\n"},
    {IMG_FORMAT_JPEG2000, 4, "\xff\x4f\xff\x51"},
    {IMG_FORMAT_JPEG2000, 12, "\0\0\0\x0cjP  \r\n\x87\n"},
    {IMG_FORMAT_PDF, 5, "%PDF-"},
};

static const struct {
    enum img_format format;
    const char *brand;
} brands[] = {
    {IMG_FORMAT_AVIF, "avif"}, {IMG_FORMAT_AVIF, "avis"}, {IMG_FORMAT_HEIF, "heic"},
    {IMG_FORMAT_HEIF, "heix"}, {IMG_FORMAT_HEIF, "hevc"}, {IMG_FORMAT_HEIF, "hevx"},
    {IMG_FORMAT_HEIF, "heim"}, {IMG_FORMAT_HEIF, "heis"}, {IMG_FORMAT_HEIF, "hevm"},
    {IMG_FORMAT_RAW, "crx "},
    {IMG_FORMAT_HEIF, "hevs"}, {IMG_FORMAT_HEIF, "mif1"}, {IMG_FORMAT_HEIF, "msf1"},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

const char *img_format_name(enum img_format format)
{
    return (unsigned)format < IMG_FORMAT_COUNT ? names[format] : NULL;
}

enum img_format img_format_from_name(const char *name)
{
    if (name[0] == '.')
        name++;
    for (int format = 1; format < IMG_FORMAT_COUNT; format++)
        if (strcasecmp(name, names[format]) == 0)
            return (enum img_format)format;
    for (size_t i = 0; i < COUNT(aliases); i++)
        if (strcasecmp(name, aliases[i].name) == 0)
            return aliases[i].format;
    return IMG_FORMAT_UNKNOWN;
}

static bool read_list(const char *list, uint32_t *formats, struct img_err *err)
{
    *formats = 0;
    for (const char *at = list; *at;) {
        size_t len = strcspn(at, ", ");
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)(len < sizeof name ? len : sizeof name - 1), at);
        enum img_format format = img_format_from_name(name);
        if (len > 0 && format == IMG_FORMAT_UNKNOWN)
            return img_err_set(err, IMG_ERR_CONFIG, "'%s' is no picture format", name);
        if (len > 0)
            *formats |= 1U << format;
        at += len + (at[len] != '\0');
    }
    return true;
}

bool img_formats_wanted(const char *supported, const char *allow, uint32_t *formats,
                        struct img_err *err)
{
    uint32_t besides;
    if (!read_list(supported, formats, err))
        return img_err_in(err, "supported_formats");
    if (!read_list(allow, &besides, err))
        return img_err_in(err, "allow");
    *formats = (*formats ? *formats : IMG_FORMATS_USUAL) | besides;
    return true;
}

/* An ISO media file says in its first box what it can be read as: the major brand, then, from byte
 * 16 on, compatible ones. A general major brand (mif1, msf1) is decided by a more special one. */
static enum img_format sniff_brands(const unsigned char *bytes, uint64_t len)
{
    enum img_format found = IMG_FORMAT_UNKNOWN;
    uint64_t end = (uint64_t)bytes[0] << 24 | (uint64_t)bytes[1] << 16 | (uint64_t)bytes[2] << 8 |
                   bytes[3];
    if (end > len)
        end = len;
    for (uint64_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4) {
        for (size_t i = 0; i < COUNT(brands); i++) {
            if (memcmp(bytes + at, brands[i].brand, 4) != 0)
                continue;
            if (memcmp(brands[i].brand + 1, "if1", 3) != 0 && memcmp(brands[i].brand, "msf1", 4) != 0)
                return brands[i].format;
            found = brands[i].format;
        }
    }
    return found;
}

static bool netpbm(const unsigned char *bytes, uint64_t len)
{
    return len >= 3 && bytes[0] == 'P' &&
           ((bytes[1] >= '1' && bytes[1] <= '6') || bytes[1] == 'f') &&
           isspace(bytes[2]);
}

/* SVG is a text: it starts like XML and says "<svg" soon. */
static bool svg(const unsigned char *bytes, uint64_t len)
{
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        len -= 3;
    }
    while (len > 0 && isspace(bytes[0])) {
        bytes++;
        len--;
    }
    if (len < 4 || bytes[0] != '<' || (!isalpha(bytes[1]) && !memchr("?!", bytes[1], 2)))
        return false;
    size_t window = len < 1024 ? (size_t)len : 1024;
    return memmem(bytes, window, "<svg", 4) != NULL;
}

enum img_format img_format_sniff(const unsigned char *bytes, uint64_t len)
{
    for (size_t i = 0; i < COUNT(signatures); i++)
        if (len >= signatures[i].len &&
            memcmp(bytes, signatures[i].bytes, signatures[i].len) == 0)
            return signatures[i].format;
    if (len >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0)
        return IMG_FORMAT_WEBP;
    if (len >= 12 && memcmp(bytes + 4, "ftyp", 4) == 0)
        return sniff_brands(bytes, len);
    if (netpbm(bytes, len))
        return IMG_FORMAT_PPM;
    return svg(bytes, len) ? IMG_FORMAT_SVG : IMG_FORMAT_UNKNOWN;
}
