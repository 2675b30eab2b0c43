/* Sixels, DEC's graphics: bands of six rows, a colour at a time.
 *
 * Specification: VT330/VT340 Programmer Reference Manual, chapter 14. */
#include <string.h>

#include "sim/preview.h"

enum {
    LEVELS = 6, /* a channel: a colour cube that every terminal with sixels has the registers for */
    COLOURS = LEVELS * LEVELS * LEVELS,
    BAND = 6,
};

/* An ordered threshold in (0, 1) of 64, Bayer's, so that bands of sky do not become stripes. */
static unsigned threshold(uint32_t x, uint32_t y)
{
    unsigned value = 0;
    for (unsigned bit = 0; bit < 3; bit++) {
        unsigned across = x >> bit & 1, down = y >> bit & 1;
        value |= ((across ^ down) << 1 | down) << (4 - 2 * bit);
    }
    return value;
}

static unsigned level(unsigned sample, unsigned limit)
{
    unsigned scaled = sample * (LEVELS - 1) * 64 + limit * 255 + 127;
    unsigned at = scaled / (255 * 64);
    return at < LEVELS ? at : LEVELS - 1;
}

static uint8_t colour_of(const uint8_t *rgb, uint32_t x, uint32_t y)
{
    unsigned limit = threshold(x, y);
    return (uint8_t)((level(rgb[0], limit) * LEVELS + level(rgb[1], limit)) * LEVELS +
                     level(rgb[2], limit));
}

static void put_run(struct img_buf *out, unsigned count, unsigned bits)
{
    char sixel = (char)('?' + bits);
    if (count > 3)
        img_buf_printf(out, "!%u", count);
    for (unsigned i = 0; i < (count > 3 ? 1 : count); i++)
        img_buf_putc(out, sixel);
}

/* One colour's pixels in a band: colours [BAND, columns]. */
static void put_colour(const uint8_t *colours, uint32_t columns, unsigned rows, unsigned colour,
                       struct img_buf *out)
{
    unsigned run = 0, last = 0;
    img_buf_printf(out, "#%u", colour);
    for (uint32_t x = 0; x < columns; x++) {
        unsigned bits = 0;
        for (unsigned y = 0; y < rows; y++)
            bits |= (unsigned)(colours[y * columns + x] == colour) << y;
        if (run > 0 && bits != last) {
            put_run(out, run, last);
            run = 0;
        }
        last = bits;
        run++;
    }
    if (last != 0)
        put_run(out, run, last);
}

static void put_band(const uint8_t *pixels, uint32_t columns, unsigned rows, uint32_t top,
                     struct img_buf *out)
{
    uint8_t colours[BAND * IMG_THUMBNAIL_MAX];
    bool used[COLOURS] = {false};
    bool first = true;
    for (unsigned y = 0; y < rows; y++)
        for (uint32_t x = 0; x < columns; x++) {
            uint8_t colour = colour_of(pixels + ((size_t)y * columns + x) * 3, x, top + y);
            colours[y * columns + x] = colour;
            used[colour] = true;
        }
    for (unsigned colour = 0; colour < COLOURS; colour++) {
        if (!used[colour])
            continue;
        if (!first)
            img_buf_putc(out, '$');
        first = false;
        put_colour(colours, columns, rows, colour, out);
    }
}

void img_preview_put_sixel(const uint8_t *pixels, const struct img_extent *extent,
                           struct img_buf *out)
{
    uint32_t columns = extent->columns, rows = extent->rows;
    if (columns > IMG_THUMBNAIL_MAX)
        return;
    img_buf_printf(out, "\033P0;1;0q\"1;1;%u;%u", columns, rows);
    for (unsigned i = 0; i < COLOURS; i++)
        img_buf_printf(out, "#%u;2;%u;%u;%u", i, i / (LEVELS * LEVELS) * 20,
                       i / LEVELS % LEVELS * 20, i % LEVELS * 20);
    for (uint32_t y = 0; y < rows; y += BAND) {
        unsigned height = rows - y < BAND ? rows - y : BAND;
        put_band(pixels + (size_t)y * columns * 3, columns, height, y, out);
        img_buf_putc(out, '-');
    }
    img_buf_puts(out, "\033\\\n");
}
