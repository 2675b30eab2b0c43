/* Half-blocks: a character cell shows two pixels, one above the other. */
#include <string.h>

#include "sim/preview.h"

/* The nearest of xterm's 256 colours: the 6 by 6 by 6 cube, or its grey ramp. */
static unsigned nearest256(const uint8_t *rgb)
{
    static const int steps[] = {0, 95, 135, 175, 215, 255};
    unsigned index[3];
    int cube = 0, grey = 0;
    for (unsigned i = 0; i < 3; i++) {
        index[i] = rgb[i] < 48 ? 0 : rgb[i] < 115 ? 1 : (rgb[i] - 35u) / 40u;
        int off = rgb[i] - steps[index[i]];
        cube += off * off;
    }
    int mean = (rgb[0] + rgb[1] + rgb[2]) / 3;
    int ramp = mean < 8 ? 0 : mean > 238 ? 23 : (mean - 3) / 10;
    for (unsigned i = 0; i < 3; i++) {
        int off = rgb[i] - (8 + 10 * ramp);
        grey += off * off;
    }
    return grey < cube ? 232 + (unsigned)ramp : 16 + 36 * index[0] + 6 * index[1] + index[2];
}

/* what: 38 in front, 48 behind. */
static void put_colour(const uint8_t *rgb, unsigned what, bool true_colour, struct img_buf *out)
{
    if (true_colour)
        img_buf_printf(out, "\033[%u;2;%u;%u;%um", what, rgb[0], rgb[1], rgb[2]);
    else
        img_buf_printf(out, "\033[%u;5;%um", what, nearest256(rgb));
}

static bool changed(const uint8_t *rgb, const uint8_t *last)
{
    return !last || memcmp(rgb, last, 3) != 0;
}

void img_preview_put_blocks(const uint8_t *pixels, const struct img_extent *extent,
                            bool true_colour, struct img_buf *out)
{
    size_t line = (size_t)extent->columns * 3;
    for (uint32_t y = 0; y < extent->rows; y += 2) {
        const uint8_t *upper = pixels + y * line, *lower = upper + line;
        const uint8_t *above = NULL, *below = NULL;
        bool single = y + 1 == extent->rows; /* nothing below: the terminal's own background */
        for (uint32_t x = 0; x < extent->columns; x++, upper += 3, lower += 3) {
            if (changed(upper, above))
                put_colour(upper, 38, true_colour, out);
            if (!single && changed(lower, below))
                put_colour(lower, 48, true_colour, out);
            above = upper;
            below = lower;
            img_buf_puts(out, "\xe2\x96\x80");
        }
        img_buf_puts(out, "\033[0m\n");
    }
}
