/* UTF-8 decoding and encoding. */
#include "base/utf8.h"

size_t img_utf8_decode(const char *bytes, size_t len, uint32_t *code_point)
{
    const unsigned char *b = (const unsigned char *)bytes;
    if (len == 0)
        return 0;
    if (b[0] < 0x80) {
        *code_point = b[0];
        return 1;
    }
    size_t size = b[0] >= 0xF0 ? 4 : b[0] >= 0xE0 ? 3 : 2;
    if (b[0] < 0xC2 || b[0] > 0xF4 || len < size)
        return 0;
    uint32_t value = b[0] & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((b[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (b[i] & 0x3Fu);
    }
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < smallest[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *code_point = value;
    return size;
}

size_t img_utf8_valid_prefix(const char *bytes, size_t len)
{
    size_t at = 0, step;
    uint32_t ignored;
    while (at < len && (step = img_utf8_decode(bytes + at, len - at, &ignored)) > 0)
        at += step;
    return at;
}

bool img_utf8_valid(const char *bytes, size_t len)
{
    return img_utf8_valid_prefix(bytes, len) == len;
}

void img_utf8_put(struct img_buf *out, uint32_t cp)
{
    char bytes[4];
    size_t size = 0;
    if (cp < 0x80) {
        bytes[size++] = (char)cp;
    } else if (cp < 0x800) {
        bytes[size++] = (char)(0xC0 | cp >> 6);
        bytes[size++] = (char)(0x80 | (cp & 0x3F));
    } else if (cp < 0x10000) {
        bytes[size++] = (char)(0xE0 | cp >> 12);
        bytes[size++] = (char)(0x80 | (cp >> 6 & 0x3F));
        bytes[size++] = (char)(0x80 | (cp & 0x3F));
    } else {
        bytes[size++] = (char)(0xF0 | cp >> 18);
        bytes[size++] = (char)(0x80 | (cp >> 12 & 0x3F));
        bytes[size++] = (char)(0x80 | (cp >> 6 & 0x3F));
        bytes[size++] = (char)(0x80 | (cp & 0x3F));
    }
    img_buf_put(out, bytes, size);
}
