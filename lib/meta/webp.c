/* WebP chunks (RIFF container, RFC 9649). */
#include <string.h>

#include "meta/container.h"

static uint32_t long_at(const uint8_t *at)
{
    return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static uint32_t three_at(const uint8_t *at)
{
    return (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

/* Size and alpha, from whichever chunk comes first: the extended header, or the picture. */
static void read_size(const uint8_t *type, struct img_block body, struct img_container *container)
{
    const uint8_t *at = body.bytes;
    if (container->width > 0)
        return;
    if (memcmp(type, "VP8X", 4) == 0 && body.len >= 10) {
        container->transparent = at[0] & 0x10;
        container->width = three_at(at + 4) + 1;
        container->height = three_at(at + 7) + 1;
    } else if (memcmp(type, "VP8L", 4) == 0 && body.len >= 5 && at[0] == 0x2f) {
        uint32_t packed = long_at(at + 1);
        container->width = (packed & 0x3fff) + 1;
        container->height = (packed >> 14 & 0x3fff) + 1;
        container->transparent = packed >> 28 & 1;
    } else if (memcmp(type, "VP8 ", 4) == 0 && body.len >= 10 &&
               memcmp(at + 3, "\x9d\x01\x2a", 3) == 0) {
        container->width = ((uint32_t)at[7] << 8 | at[6]) & 0x3fff;
        container->height = ((uint32_t)at[9] << 8 | at[8]) & 0x3fff;
    }
}

void img_webp_scan(const uint8_t *bytes, size_t len, struct img_container *container)
{
    uint32_t frames = 0;
    *container = (struct img_container){0};
    size_t at = 12;
    while (at < len && len - at >= 8) {
        const uint8_t *type = bytes + at;
        size_t size = long_at(bytes + at + 4);
        size_t rest = len - at - 8;
        struct img_block body = {type + 8, size < rest ? size : rest};
        read_size(type, body, container);
        if (size > rest) {
            container->ends_early = true;
            break;
        }
        if (memcmp(type, "EXIF", 4) == 0 && !container->exif.bytes)
            container->exif = body;
        else if (memcmp(type, "XMP ", 4) == 0 && !container->xmp.bytes)
            container->xmp = body;
        else if (memcmp(type, "ICCP", 4) == 0)
            container->has_icc = true;
        else if (memcmp(type, "ANMF", 4) == 0)
            frames++;
        at += 8 + size + (size & 1 && size < rest);
    }
    container->frames = frames ? frames : 1;
}
