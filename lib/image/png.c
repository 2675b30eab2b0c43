/* A PNG file without compression. */
#include "image/png.h"

#include <string.h>

static void put_big_endian(struct img_buf *out, uint32_t value)
{
    unsigned char bytes[4] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
                              (unsigned char)(value >> 8), (unsigned char)value};
    img_buf_put(out, bytes, sizeof bytes);
}

static uint32_t crc32_of(const unsigned char *bytes, size_t len)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
    }
    return ~crc;
}

/* What zlib closes with: two sums modulo 65521. */
struct adler {
    uint32_t a, b;
};

static void adler_add(struct adler *sum, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        sum->a = (sum->a + bytes[i]) % 65521;
        sum->b = (sum->b + sum->a) % 65521;
    }
}

static void put_chunk(struct img_buf *out, const char *type, const char *data, size_t len)
{
    put_big_endian(out, (uint32_t)len);
    size_t from = out->len;
    img_buf_put(out, type, 4);
    img_buf_put(out, data, len);
    if (!out->failed)
        put_big_endian(out, crc32_of((const unsigned char *)out->data + from, len + 4));
}

/* One line a stored block: its filter byte (0, none) and its samples. */
static void put_lines(struct img_buf *zlib, const uint8_t *pixels, size_t width, size_t height)
{
    struct adler sum = {.a = 1};
    size_t bytes = width * 3;
    img_buf_put(zlib, "\x78\x01", 2);
    for (size_t y = 0; y < height; y++) {
        size_t len = bytes + 1;
        unsigned char head[6] = {y + 1 == height,
                                 (unsigned char)len,
                                 (unsigned char)(len >> 8),
                                 (unsigned char)~len,
                                 (unsigned char)(~len >> 8),
                                 0};
        img_buf_put(zlib, head, sizeof head);
        img_buf_put(zlib, pixels + y * bytes, bytes);
        adler_add(&sum, head + 5, 1);
        adler_add(&sum, pixels + y * bytes, bytes);
    }
    put_big_endian(zlib, sum.b << 16 | sum.a);
}

void img_png_put(struct img_buf *out, const uint8_t *pixels, size_t width, size_t height)
{
    struct img_buf part = {0};
    img_buf_put(out, "\x89PNG\r\n\x1a\n", 8);
    put_big_endian(&part, (uint32_t)width);
    put_big_endian(&part, (uint32_t)height);
    img_buf_put(&part, "\x08\x02\x00\x00\x00", 5); /* 8 bits, RGB, no options */
    put_chunk(out, "IHDR", part.data, part.len);
    img_buf_reset(&part);
    put_lines(&part, pixels, width, height);
    put_chunk(out, "IDAT", part.data, part.len);
    put_chunk(out, "IEND", "", 0);
    out->failed |= part.failed;
    img_buf_clear(&part);
}
