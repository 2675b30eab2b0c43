/* UUIDs out of names. */
#include "store/point_id.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"

static const unsigned char namespace[16] = {0x5f, 0x3c, 0x8f, 0x0e, 0x6c, 0x2b, 0x5d, 0x0f,
                                            0x9b, 0x0e, 0x8d, 0x1a, 0x4a, 0x7c, 0x2e, 0x61};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static struct img_point_id make(const char *fingerprint, const char *between, const char *name,
                                size_t len)
{
    struct img_digest digest;
    struct img_point_id id;
    char hex[IMG_DIGEST_HEX];
    img_digest_init(&digest, IMG_SHA1);
    img_digest_add(&digest, namespace, sizeof namespace);
    img_digest_add(&digest, fingerprint, strlen(fingerprint));
    img_digest_add(&digest, between, strlen(between));
    img_digest_add(&digest, name, len);
    img_digest_hex(&digest, hex);
    for (size_t i = 0; i < sizeof id.bytes; i++)
        id.bytes[i] = (unsigned char)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
    id.bytes[6] = (unsigned char)((id.bytes[6] & 0x0f) | 0x50);
    id.bytes[8] = (unsigned char)((id.bytes[8] & 0x3f) | 0x80);
    return id;
}

struct img_point_id img_point_id_of_path(const char *fingerprint, const char *path, size_t path_len)
{
    return make(fingerprint, "\n", path, path_len);
}

struct img_point_id img_point_id_of_content(const char *fingerprint, const char *image_id)
{
    return make(fingerprint, "\n\n", image_id, strlen(image_id));
}

static bool dash_before(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void img_point_id_text(const struct img_point_id *id, char text[IMG_POINT_ID_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < sizeof id->bytes; i++) {
        if (dash_before(i))
            text[at++] = '-';
        text[at++] = digits[id->bytes[i] >> 4];
        text[at++] = digits[id->bytes[i] & 15];
    }
    text[at] = '\0';
}

bool img_point_id_read(const char *text, size_t len, struct img_point_id *id)
{
    size_t at = 0;
    if (len != IMG_POINT_ID_TEXT - 1)
        return false;
    for (size_t i = 0; i < sizeof id->bytes; i++) {
        if (dash_before(i) && text[at++] != '-')
            return false;
        int high = hex_digit(text[at]), low = hex_digit(text[at + 1]);
        if (high < 0 || low < 0)
            return false;
        id->bytes[i] = (unsigned char)(high << 4 | low);
        at += 2;
    }
    return true;
}

void img_point_path(const char *folder, const char *path, size_t path_len, struct img_buf *out)
{
    size_t begin = out->len;
    if (path_len == 0 || path[0] != '/') {
        img_buf_puts(out, folder);
        while (out->len > begin && !out->failed && out->data[out->len - 1] == '/')
            out->data[--out->len] = '\0';
    }
    for (size_t at = 0; at < path_len;) {
        size_t len = 0;
        while (at + len < path_len && path[at + len] != '/')
            len++;
        if (len > 0 && !(len == 1 && path[at] == '.')) {
            img_buf_putc(out, '/');
            img_buf_put(out, path + at, len);
        }
        at += len + 1;
    }
    if (out->len == begin)
        img_buf_putc(out, '/');
}
