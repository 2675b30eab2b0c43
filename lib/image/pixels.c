/* Rows to one hash, in any order. */
#include "image/pixels.h"

#include <string.h>

static uint64_t big_endian(const unsigned char *bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | bytes[i];
    return value;
}

static void put32(unsigned char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(value >> 8 * i);
}

static void put64(unsigned char *to, uint64_t value)
{
    put32(to, (uint32_t)value);
    put32(to + 4, (uint32_t)(value >> 32));
}

static void add(struct img_pixels *pixels, uint64_t seed, const uint8_t *bytes, size_t len)
{
    struct img_id row = img_hash_id_seeded(bytes, len, seed);
    pixels->high += big_endian(row.bytes);
    pixels->low += big_endian(row.bytes + 8);
}

void img_pixels_add(struct img_pixels *pixels, uint32_t y, const uint8_t *rgb, size_t width)
{
    add(pixels, y, rgb, width * 3);
}

void img_pixels_add_alpha(struct img_pixels *pixels, uint32_t y, const uint8_t *alpha, size_t width)
{
    size_t opaque = 0;
    while (opaque < width && alpha[opaque] == 255)
        opaque++;
    if (opaque == width)
        return;
    pixels->see_through = true;
    add(pixels, (uint64_t)1 << 32 | y, alpha, width);
}

struct img_id img_pixels_id(const struct img_pixels *pixels, const struct img_pixels_shape *shape)
{
    bool whole = shape->shrink <= 1;
    const uint32_t numbers[] = {
        shape->width,
        shape->height,
        whole ? 1 : shape->shrink,
        whole ? 0 : shape->full_width,
        whole ? 0 : shape->full_height,
        pixels->see_through ? shape->orientation : 0,
    };
    enum { NUMBERS = sizeof numbers / sizeof *numbers };
    unsigned char all[4 * NUMBERS + 16];
    for (size_t i = 0; i < NUMBERS; i++)
        put32(all + 4 * i, numbers[i]);
    put64(all + sizeof all - 16, pixels->high);
    put64(all + sizeof all - 8, pixels->low);
    return img_hash_id(all, sizeof all);
}
