/* Which way of showing pictures a terminal has. */
#include "sim/preview.h"

#include <string.h>

enum {
    SIDE = 160,       /* pixels */
    BLOCKS_SIDE = 32, /* half-blocks */
};

const char *const img_preview_names[] = {"auto", "kitty", "iterm", "sixel", "blocks", "none", NULL};

static bool equal(const char *text, const char *other)
{
    return text && strcmp(text, other) == 0;
}

static bool contains(const char *text, const char *part)
{
    return text && strstr(text, part) != NULL;
}

static bool begins(const char *text, const char *with)
{
    return text && strncmp(text, with, strlen(with)) == 0;
}

/* A multiplexer swallows what it does not know. */
static bool multiplexed(const struct img_preview_environment *e)
{
    return e->tmux || begins(e->term, "screen") || begins(e->term, "tmux");
}

static enum img_preview_protocol recognise(const struct img_preview_environment *e)
{
    if (!e->term || equal(e->term, "dumb"))
        return IMG_PREVIEW_NONE;
    if (multiplexed(e))
        return IMG_PREVIEW_BLOCKS;
    if (e->kitty_window_id || contains(e->term, "kitty") || contains(e->term, "ghostty") ||
        e->konsole_version)
        return IMG_PREVIEW_KITTY;
    if (equal(e->term_program, "iTerm.app") || equal(e->lc_terminal, "iTerm2") ||
        equal(e->term_program, "WezTerm"))
        return IMG_PREVIEW_ITERM;
    if (contains(e->term, "sixel") || begins(e->term, "foot") || begins(e->term, "mlterm") ||
        begins(e->term, "contour") || begins(e->term, "yaft"))
        return IMG_PREVIEW_SIXEL;
    return IMG_PREVIEW_BLOCKS;
}

struct img_preview img_preview_choose(enum img_preview_protocol asked, bool terminal,
                                      const struct img_preview_environment *environment)
{
    struct img_preview preview = {.protocol = asked};
    if (asked == IMG_PREVIEW_AUTO)
        preview.protocol = terminal ? recognise(environment) : IMG_PREVIEW_NONE;
    preview.true_colour =
        equal(environment->colorterm, "truecolor") || equal(environment->colorterm, "24bit");
    return preview;
}

uint32_t img_preview_side(const struct img_preview *preview)
{
    return preview->protocol == IMG_PREVIEW_BLOCKS ? BLOCKS_SIDE : SIDE;
}

bool img_preview_wants_file(const struct img_preview *preview)
{
    return preview->protocol == IMG_PREVIEW_ITERM;
}

void img_preview_put(const struct img_preview *preview, const void *picture, size_t len,
                     const struct img_extent *extent, struct img_buf *out)
{
    switch (preview->protocol) {
    case IMG_PREVIEW_KITTY:
        img_preview_put_kitty(picture, extent, out);
        break;
    case IMG_PREVIEW_ITERM:
        img_preview_put_iterm(picture, len, extent, out);
        break;
    case IMG_PREVIEW_SIXEL:
        img_preview_put_sixel(picture, extent, out);
        break;
    case IMG_PREVIEW_BLOCKS:
        img_preview_put_blocks(picture, extent, preview->true_colour, out);
        break;
    default:
        break;
    }
}
