/* WebP chunks (RIFF container, RFC 9649). */
#include <string.h>

#include "meta/container.h"

static uint32_t long_at(const uint8_t *at)
{
    return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
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
        if (size > rest) {
            container->ends_early = true;
            break;
        }
        struct img_block body = {type + 8, size};
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
