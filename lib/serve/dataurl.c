/* Decoding data: URLs. */
#include "serve/dataurl.h"

#include <string.h>
#include <strings.h>

#include "json/base64.h"

bool img_dataurl_is(const char *text, size_t len)
{
    return len >= 5 && strncasecmp(text, "data:", 5) == 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %41 is A; out has room for len. */
static bool unescape(const char *text, size_t len, unsigned char *out, size_t *out_len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '%') {
            out[n++] = (unsigned char)text[i];
            continue;
        }
        int high = i + 2 < len ? hex_digit(text[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low < 0)
            return false;
        out[n++] = (unsigned char)(high << 4 | low);
        i += 2;
    }
    *out_len = n;
    return true;
}

static bool decode(const char *text, size_t len, struct img_arena *arena,
                   const unsigned char **bytes, size_t *bytes_len, struct img_err *err)
{
    unsigned char *out = img_arena_alloc(arena, img_base64_room(len) + 1, err);
    *bytes = out;
    return out && img_base64_decode(text, len, out, bytes_len, err);
}

bool img_dataurl_read(const char *text, size_t len, struct img_arena *arena,
                      const unsigned char **bytes, size_t *bytes_len, struct img_err *err)
{
    const char *comma = img_dataurl_is(text, len) ? memchr(text, ',', len) : NULL;
    if (!comma)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "no data: URL");
    static const char base64[] = ";base64";
    size_t head = (size_t)(comma - text), mark = sizeof base64 - 1;
    bool encoded = head >= mark && strncasecmp(comma - mark, base64, mark) == 0;
    const char *data = comma + 1;
    size_t data_len = len - head - 1, plain_len;
    if (encoded && !memchr(data, '%', data_len))
        return decode(data, data_len, arena, bytes, bytes_len, err);
    unsigned char *plain = img_arena_alloc(arena, data_len + 1, err);
    if (!plain)
        return false;
    if (!unescape(data, data_len, plain, &plain_len))
        return img_err_set(err, IMG_ERR_BAD_RECORD, "a '%%' without two digits in a data: URL");
    if (encoded)
        return decode((const char *)plain, plain_len, arena, bytes, bytes_len, err);
    *bytes = plain;
    *bytes_len = plain_len;
    return true;
}

bool img_dataurl_or_base64(const char *text, size_t len, struct img_arena *arena,
                           const unsigned char **bytes, size_t *bytes_len, struct img_err *err)
{
    return img_dataurl_is(text, len) ? img_dataurl_read(text, len, arena, bytes, bytes_len, err)
                                     : decode(text, len, arena, bytes, bytes_len, err);
}
