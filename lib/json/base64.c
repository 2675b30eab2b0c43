/* Base64 both ways. */
#include "json/base64.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void img_base64_encode(struct img_buf *out, const void *bytes, size_t len)
{
    const unsigned char *from = bytes;
    size_t room = len / 3 * 4 + (len % 3 ? 4 : 0);
    char *to = img_buf_room(out, room);
    if (!to)
        return;
    for (; len >= 3; len -= 3, from += 3) {
        uint32_t v = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
        *to++ = alphabet[v >> 18];
        *to++ = alphabet[v >> 12 & 63];
        *to++ = alphabet[v >> 6 & 63];
        *to++ = alphabet[v & 63];
    }
    if (len > 0) {
        uint32_t v = (uint32_t)from[0] << 16 | (len > 1 ? (uint32_t)from[1] << 8 : 0);
        *to++ = alphabet[v >> 18];
        *to++ = alphabet[v >> 12 & 63];
        *to++ = len > 1 ? alphabet[v >> 6 & 63] : '=';
        *to++ = '=';
    }
    *to = '\0';
    out->len += room;
}

size_t img_base64_room(size_t text_len)
{
    return text_len / 4 * 3 + 3;
}

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool img_base64_decode(const char *text, size_t len, unsigned char *out, size_t *out_len,
                       struct img_err *err)
{
    if (len % 4 != 0)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "base64 of %zu characters, not a multiple of 4",
                           len);
    size_t padding = 0;
    while (padding < 2 && padding < len && text[len - 1 - padding] == '=')
        padding++;
    size_t made = 0;
    uint32_t v = 0;
    for (size_t i = 0; i < len - padding; i++) {
        int d = digit(text[i]);
        if (d < 0)
            return img_err_set(err, IMG_ERR_BAD_RECORD, "not base64 at character %zu", i + 1);
        v = v << 6 | (uint32_t)d;
        if (i % 4 == 3) {
            out[made++] = (unsigned char)(v >> 16);
            out[made++] = (unsigned char)(v >> 8);
            out[made++] = (unsigned char)v;
            v = 0;
        }
    }
    if (padding > 0) {
        v <<= 6 * padding;
        if (v & (padding == 1 ? 0xFFu : 0xFFFFu))
            return img_err_set(err, IMG_ERR_BAD_RECORD, "base64 ends in bits that no byte uses");
        out[made++] = (unsigned char)(v >> 16);
        if (padding == 1)
            out[made++] = (unsigned char)(v >> 8);
    }
    *out_len = made;
    return true;
}
