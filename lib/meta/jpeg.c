/* JPEG markers up to the first scan (ITU-T T.81, annex B; JFIF 1.02; EXIF's and Adobe's markers). */
#include <string.h>

#include "meta/container.h"
#include "meta/ifd.h"

static bool starts(const uint8_t *body, size_t len, const char *text, size_t text_len)
{
    return len >= text_len && memcmp(body, text, text_len) == 0;
}

static uint32_t short_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static void read_jfif(const uint8_t *body, size_t len, struct img_container *container)
{
    if (len < 12 || (body[7] != 1 && body[7] != 2))
        return;
    float scale = body[7] == 2 ? 2.54F : 1.0F;
    container->dpi_x = (float)short_at(body + 8) * scale;
    container->dpi_y = (float)short_at(body + 10) * scale;
}

/* Photoshop's resources, one of which (1028) holds IPTC records. */
static void read_resources(const uint8_t *body, size_t len, struct img_container *container)
{
    size_t at = 14;
    while (len - at >= 12 && memcmp(body + at, "8BIM", 4) == 0) {
        uint32_t id = short_at(body + at + 4);
        size_t name = (body[at + 6] | 1U) + 1;
        at += 6 + name;
        if (at > len || len - at < 4)
            return;
        size_t size = (size_t)short_at(body + at) << 16 | short_at(body + at + 2);
        at += 4;
        if (size > len - at)
            return;
        if (id == 1028)
            container->iptc = (struct img_block){body + at, size};
        at += size + (size & 1 && size < len - at);
    }
}

/* How many pictures a multi-picture file has (CIPA DC-007, section 5.2.3). */
static void read_index(const uint8_t *body, size_t len, struct img_container *container)
{
    enum { NUMBER_OF_IMAGES = 0xb001, MOST = 1000 };
    struct img_ifd_file file;
    if (!img_ifd_open(&file, body, len))
        return;
    int64_t pictures = img_ifd_integer_or(&file, file.first, NUMBER_OF_IMAGES, 1);
    if (pictures > 1 && pictures <= MOST)
        container->frames = (uint32_t)pictures;
}

static void read_application(unsigned marker, const uint8_t *body, size_t len,
                             struct img_container *container)
{
    static const char xmp[] = "http://ns.adobe.com/xap/1.0/"; /* its NUL included */
    if (marker == 0xe0 && starts(body, len, "JFIF", 4))
        read_jfif(body, len, container);
    else if (marker == 0xe1 && starts(body, len, "Exif\0\0", 6) && !container->exif.bytes)
        container->exif = (struct img_block){body + 6, len - 6};
    else if (marker == 0xe1 && starts(body, len, xmp, sizeof xmp))
        container->xmp = (struct img_block){body + sizeof xmp, len - sizeof xmp};
    else if (marker == 0xe2 && starts(body, len, "MPF", 4))
        read_index(body + 4, len - 4, container);
    else if (marker == 0xe2 && starts(body, len, "ICC_PROFILE\0", 12))
        container->has_icc = true;
    else if (marker == 0xed && starts(body, len, "Photoshop 3.0", 14))
        read_resources(body, len, container);
    else if (marker == 0xee && starts(body, len, "Adobe", 5) && len >= 12)
        container->adobe = true;
}

static void read_frame(const uint8_t *body, size_t len, struct img_container *container)
{
    if (len < 6)
        return;
    container->bits = body[0];
    container->height = short_at(body + 1);
    container->width = short_at(body + 3);
    container->channels = body[5];
}

static bool is_frame(unsigned marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static void scan(const uint8_t *bytes, size_t len, struct img_container *container)
{
    *container = (struct img_container){.frames = 1};
    size_t at = 2;
    while (at + 1 < len) {
        unsigned marker = bytes[at + 1];
        if (bytes[at] != 0xff || marker == 0 || marker == 0xff) {
            at++;
            continue;
        }
        at += 2;
        if (marker == 0xda || marker == 0xd9)
            return;
        if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8))
            continue;
        size_t size = at + 2 <= len ? short_at(bytes + at) : 0;
        if (size < 2 || size > len - at) {
            container->ends_early = true;
            return;
        }
        if (is_frame(marker)) {
            container->process = (uint8_t)marker;
            read_frame(bytes + at + 2, size - 2, container);
        } else {
            read_application(marker, bytes + at + 2, size - 2, container);
        }
        at += size;
    }
    container->ends_early = true;
}

void img_jpeg_scan(const uint8_t *bytes, size_t len, struct img_container *container)
{
    scan(bytes, len, container);
    /* A gain map is no picture of its own. */
    if (container->frames > 1 && container->xmp.bytes &&
        memmem(container->xmp.bytes, container->xmp.len, "hdrgm:Version=", 14))
        container->frames = 1;
}
