/* What camera and GPS facts have in common. */
#include "meta/facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "json/string.h"

enum { TAG_EXIF = 0x8769, TAG_GPS = 0x8825 };

void img_exif_locate(const struct img_ifd_file *file, uint64_t directory,
                     struct img_exif_block *block)
{
    int64_t exif = img_ifd_integer_or(file, directory, TAG_EXIF, 0);
    int64_t gps = img_ifd_integer_or(file, directory, TAG_GPS, 0);
    *block = (struct img_exif_block){
        .file = *file,
        .main = directory,
        .exif = exif > 0 ? (uint64_t)exif : 0,
        .gps = gps > 0 ? (uint64_t)gps : 0,
    };
}

void img_facts_note(struct img_buf *notes, const char *fmt, ...)
{
    char text[160];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (notes->len > 0)
        img_buf_putc(notes, ',');
    img_json_put_text(notes, text);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

void img_facts_put_text(struct img_buf *out, const char *text, size_t len)
{
    while (len > 0 && is_blank(text[len - 1]))
        len--;
    while (len > 0 && is_blank(text[0])) {
        text++;
        len--;
    }
    if (img_utf8_valid(text, len)) {
        img_json_put_string(out, text, len);
        return;
    }
    struct img_buf wide = {.limit = 2 * len + 1};
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x80)
            img_buf_putc(&wide, (char)(0xc0 | c >> 6));
        img_buf_putc(&wide, c >= 0x80 ? (char)(0x80 | (c & 0x3f)) : text[i]);
    }
    img_json_put_string(out, wide.data ? wide.data : "", wide.len);
    img_buf_clear(&wide);
}

void img_facts_next(struct img_buf *out, size_t from, const char *name)
{
    img_buf_printf(out, "%c\"%s\":", out->len == from ? '{' : ',', name);
}
