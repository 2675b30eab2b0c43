/* Escaping and unescaping. */
#include "json/string.h"

#include <string.h>

#include "base/utf8.h"

static void put_escaped(struct img_buf *out, unsigned char c)
{
    static const char names[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                 ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    if (c < sizeof names && names[c]) {
        img_buf_putc(out, '\\');
        img_buf_putc(out, names[c]);
    } else {
        img_buf_printf(out, "\\u%04x", c);
    }
}

void img_json_put_string(struct img_buf *out, const char *bytes, size_t len)
{
    img_buf_putc(out, '"');
    size_t done = 0;
    for (size_t at = 0; at < len;) {
        unsigned char c = (unsigned char)bytes[at];
        uint32_t ignored;
        size_t step = c < 0x80 ? 1 : img_utf8_decode(bytes + at, len - at, &ignored);
        if (step > 0 && c >= 0x20 && c != '"' && c != '\\') {
            at += step;
            continue;
        }
        img_buf_put(out, bytes + done, at - done);
        if (step == 0)
            img_buf_puts(out, "\xEF\xBF\xBD");
        else
            put_escaped(out, c);
        done = ++at;
    }
    img_buf_put(out, bytes + done, len - done);
    img_buf_putc(out, '"');
}

void img_json_put_text(struct img_buf *out, const char *text)
{
    if (text)
        img_json_put_string(out, text, strlen(text));
    else
        img_buf_puts(out, "null");
}

static uint32_t hex4(const char *digits)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        unsigned char c = (unsigned char)digits[i];
        value = value << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

/* The code point of the escape at text (behind its "\u"); *used grows to twelve bytes for a pair.
 * 0xFFFFFFFF for half a pair. */
static uint32_t unicode_escape(const char *text, const char *end, size_t *used)
{
    uint32_t high = hex4(text);
    *used = 6;
    if (high < 0xD800 || high > 0xDFFF)
        return high;
    if (high > 0xDBFF || end - text < 10 || text[4] != '\\' || text[5] != 'u')
        return UINT32_MAX;
    uint32_t low = hex4(text + 6);
    *used = 12;
    if (low < 0xDC00 || low > 0xDFFF)
        return UINT32_MAX;
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

bool img_json_unquote(const char *quoted, size_t len, struct img_buf *out, struct img_err *err)
{
    const char *at = quoted + 1, *end = quoted + len - 1;
    while (at < end) {
        const char *slash = memchr(at, '\\', (size_t)(end - at));
        if (!slash)
            slash = end;
        img_buf_put(out, at, (size_t)(slash - at));
        at = slash;
        if (at == end)
            break;
        size_t used = 2;
        switch (at[1]) {
        case 'b':
            img_buf_putc(out, '\b');
            break;
        case 'f':
            img_buf_putc(out, '\f');
            break;
        case 'n':
            img_buf_putc(out, '\n');
            break;
        case 'r':
            img_buf_putc(out, '\r');
            break;
        case 't':
            img_buf_putc(out, '\t');
            break;
        case 'u': {
            uint32_t code_point = unicode_escape(at + 2, end, &used);
            if (code_point == UINT32_MAX)
                return img_err_set(err, IMG_ERR_BAD_RECORD, "half a surrogate pair in a string");
            img_utf8_put(out, code_point);
            break;
        }
        default:
            img_buf_putc(out, at[1]);
        }
        at += used;
    }
    return img_buf_ok(out, err);
}
