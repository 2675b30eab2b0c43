/* Terminals that take pictures as they are, in base64.
 *
 * Specifications: the kitty graphics protocol (sw.kovidgoyal.net/kitty/graphics-protocol), and
 * iTerm2's inline images protocol (iterm2.com/documentation-images.html). */
#include "json/base64.h"
#include "sim/preview.h"

enum { CHUNK = 4096 / 4 * 3 }; /* bytes whose base64 is the most that one escape may carry */

/* Pixels as they are (f=24), transmitted and shown at once (a=T), no answer wanted (q=2). */
void img_preview_put_kitty(const uint8_t *pixels, const struct img_extent *extent,
                           struct img_buf *out)
{
    size_t len = (size_t)extent->columns * extent->rows * 3;
    for (size_t at = 0; at < len; at += CHUNK) {
        size_t part = len - at < CHUNK ? len - at : CHUNK;
        img_buf_puts(out, "\033_G");
        if (at == 0)
            img_buf_printf(out, "a=T,f=24,s=%u,v=%u,q=2,", extent->columns, extent->rows);
        img_buf_printf(out, "m=%d;", at + part < len);
        img_base64_encode(out, pixels + at, part);
        img_buf_puts(out, "\033\\");
    }
    img_buf_putc(out, '\n');
}

void img_preview_put_iterm(const void *file, size_t len, const struct img_extent *extent,
                           struct img_buf *out)
{
    img_buf_printf(out, "\033]1337;File=inline=1;size=%zu;width=%upx;height=%upx:", len,
                   extent->columns, extent->rows);
    img_base64_encode(out, file, len);
    img_buf_puts(out, "\a\n");
}
