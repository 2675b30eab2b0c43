/* PNG chunks (W3C Portable Network Graphics, third edition). */
#include <string.h>

#include "meta/container.h"

static uint32_t long_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

uint32_t img_png_crc(const uint8_t *bytes, size_t len)
{
    static const uint32_t steps[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
        0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    uint32_t value = 0xffffffff;
    for (size_t i = 0; i < len; i++) {
        value ^= bytes[i];
        value = value >> 4 ^ steps[value & 15];
        value = value >> 4 ^ steps[value & 15];
    }
    return ~value;
}

static void read_header(const uint8_t *body, size_t len, struct img_container *container)
{
    if (len < 13)
        return;
    container->width = long_at(body);
    container->height = long_at(body + 4);
    container->bits = body[8];
    container->colour_type = body[9];
}

static void read_physical(const uint8_t *body, size_t len, struct img_container *container)
{
    if (len < 9 || body[8] != 1)
        return;
    container->dpi_x = (float)(long_at(body) * 0.0254);
    container->dpi_y = (float)(long_at(body + 4) * 0.0254);
}

/* An uncompressed international text named XML:com.adobe.xmp is an XMP packet. */
static void read_text(const uint8_t *body, size_t len, struct img_container *container)
{
    static const char name[] = "XML:com.adobe.xmp"; /* its NUL included */
    if (len < sizeof name + 2 || memcmp(body, name, sizeof name) != 0 || body[sizeof name] != 0)
        return;
    const uint8_t *end = body + len;
    const uint8_t *at = body + sizeof name + 2;
    for (int part = 0; part < 2 && at; part++) { /* language, translated name */
        at = memchr(at, 0, (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    if (at)
        container->xmp = (struct img_block){at, (size_t)(end - at)};
}

static void read_chunk(const uint8_t *type, const uint8_t *body, size_t len,
                       struct img_container *container)
{
    if (memcmp(type, "IHDR", 4) == 0)
        read_header(body, len, container);
    else if (memcmp(type, "PLTE", 4) == 0)
        container->palette = (struct img_block){body, len - len % 3};
    else if (memcmp(type, "tRNS", 4) == 0)
        container->transparency = (struct img_block){body, len};
    else if (memcmp(type, "pHYs", 4) == 0)
        read_physical(body, len, container);
    else if (memcmp(type, "iCCP", 4) == 0)
        container->has_icc = true;
    else if (memcmp(type, "eXIf", 4) == 0)
        container->exif = (struct img_block){body, len};
    else if (memcmp(type, "tIME", 4) == 0 && len >= 7)
        container->time = (struct img_block){body, len};
    else if (memcmp(type, "iTXt", 4) == 0)
        read_text(body, len, container);
    else if (memcmp(type, "acTL", 4) == 0 && len >= 8 && long_at(body) > 0)
        container->frames = long_at(body);
}

void img_png_scan(const uint8_t *bytes, size_t len, struct img_container *container)
{
    *container = (struct img_container){.frames = 1};
    size_t at = 8;
    container->whole = at;
    bool seen = false; /* the pixels */
    while (at < len && len - at >= 12) {
        const uint8_t *type = bytes + at + 4;
        size_t size = long_at(bytes + at);
        bool data = memcmp(type, "IDAT", 4) == 0 || memcmp(type, "fdAT", 4) == 0;
        seen = seen || data;
        if (size > len - at - 12) {
            container->ends_early = true;
            return;
        }
        /* A chunk whose name begins in upper case is one no decoder can do without. */
        bool needed = !(type[0] & 0x20) && !data;
        if (needed && img_png_crc(type, size + 4) != long_at(type + 4 + size)) {
            container->damaged = !seen; /* behind the pixels it is as good as the file's end */
            container->ends_early = seen;
            return;
        }
        read_chunk(type, type + 4, size, container);
        if (memcmp(type, "IEND", 4) == 0)
            return;
        at += 12 + size;
        container->whole = at;
    }
    container->ends_early = true;
}
