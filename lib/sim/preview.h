/* Thumbnails on a terminal, in whatever way it can show pictures. */
#ifndef IMG_SIM_PREVIEW_H
#define IMG_SIM_PREVIEW_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "image/picture.h"

enum img_preview_protocol {
    IMG_PREVIEW_AUTO,
    IMG_PREVIEW_KITTY,
    IMG_PREVIEW_ITERM,
    IMG_PREVIEW_SIXEL,
    IMG_PREVIEW_BLOCKS, /* half-blocks in 24-bit colours, or 256 */
    IMG_PREVIEW_NONE,
};

/* Their names in that order, NULL behind the last: choices of an option. */
extern const char *const img_preview_names[];

/* What terminals say of themselves. NULL: the variable is not set. */
struct img_preview_environment {
    const char *term, *term_program, *lc_terminal, *colorterm, *kitty_window_id, *konsole_version;
    const char *tmux;
};

struct img_preview {
    enum img_preview_protocol protocol; /* never AUTO once chosen */
    bool true_colour;                   /* for BLOCKS */
};

/* AUTO becomes what the environment points to, or NONE where the output is no terminal; what is
 * asked for by name is that. */
struct img_preview img_preview_choose(enum img_preview_protocol asked, bool terminal,
                                      const struct img_preview_environment *environment);

/* The side that a picture is to be made to fit. */
uint32_t img_preview_side(const struct img_preview *preview);

/* Whether the terminal wants a JPEG file; else pixels. */
bool img_preview_wants_file(const struct img_preview *preview);

/* Appends what draws a picture: pixels [rows, columns, 3], or a file [len] where that is wanted.
 * Ends with a newline. */
void img_preview_put(const struct img_preview *preview, const void *picture, size_t len,
                     const struct img_extent *extent, struct img_buf *out);

/* One protocol each, see img_preview_put(). */
void img_preview_put_kitty(const uint8_t *pixels, const struct img_extent *extent,
                           struct img_buf *out);
void img_preview_put_iterm(const void *file, size_t len, const struct img_extent *extent,
                           struct img_buf *out);
void img_preview_put_sixel(const uint8_t *pixels, const struct img_extent *extent,
                           struct img_buf *out);
void img_preview_put_blocks(const uint8_t *pixels, const struct img_extent *extent,
                            bool true_colour, struct img_buf *out);

#endif
