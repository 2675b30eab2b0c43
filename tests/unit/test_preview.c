/* Each way of drawing on a terminal, decoded again, and which one is chosen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/base64.h"
#include "sim/preview.h"

static enum img_preview_protocol automatic(struct img_preview_environment environment)
{
    return img_preview_choose(IMG_PREVIEW_AUTO, true, &environment).protocol;
}

static void the_terminal_is_recognised(void **state)
{
    struct img_preview_environment none = {0}, xterm = {.term = "xterm-256color"};
    (void)state;
    assert_int_equal(automatic(none), IMG_PREVIEW_NONE);
    assert_int_equal(automatic((struct img_preview_environment){.term = "dumb"}), IMG_PREVIEW_NONE);
    assert_int_equal(automatic(xterm), IMG_PREVIEW_BLOCKS);
    assert_int_equal(automatic((struct img_preview_environment){.term = "xterm-kitty"}),
                     IMG_PREVIEW_KITTY);
    assert_int_equal(automatic((struct img_preview_environment){.term = "xterm",
                                                                .term_program = "iTerm.app"}),
                     IMG_PREVIEW_ITERM);
    assert_int_equal(automatic((struct img_preview_environment){.term = "foot"}),
                     IMG_PREVIEW_SIXEL);
    assert_int_equal(automatic((struct img_preview_environment){
                         .term = "tmux-256color", .kitty_window_id = "1", .tmux = "/tmp/x"}),
                     IMG_PREVIEW_BLOCKS);
    assert_int_equal(img_preview_choose(IMG_PREVIEW_AUTO, false, &xterm).protocol,
                     IMG_PREVIEW_NONE);
    assert_int_equal(img_preview_choose(IMG_PREVIEW_SIXEL, false, &none).protocol,
                     IMG_PREVIEW_SIXEL);
    assert_false(img_preview_choose(IMG_PREVIEW_AUTO, true, &xterm).true_colour);
    xterm.colorterm = "truecolor";
    assert_true(img_preview_choose(IMG_PREVIEW_AUTO, true, &xterm).true_colour);
}

/* Noise that is the same each time. */
static void fill(uint8_t *pixels, size_t len)
{
    uint32_t state = 1;
    for (size_t i = 0; i < len; i++) {
        state = state * 1664525u + 1013904223u;
        pixels[i] = (uint8_t)(state >> 24);
    }
}

static void kitty(void **state)
{
    enum { W = 61, H = 53, LEN = W * H * 3 };
    static uint8_t pixels[LEN], back[LEN + 8];
    struct img_buf out = {0};
    size_t got = 0, chunks = 0;
    (void)state;
    fill(pixels, LEN);
    img_preview_put_kitty(pixels, &(struct img_extent){W, H}, &out);
    const char *at = out.data;
    assert_memory_equal(at, "\033_Ga=T,f=24,s=61,v=53,q=2,m=1;", 30);
    while (strncmp(at, "\033_G", 3) == 0) {
        const char *text = strchr(at, ';') + 1, *end = strstr(text, "\033\\");
        struct img_err err;
        size_t part;
        assert_true(end - text <= 4096);
        assert_true(img_base64_decode(text, (size_t)(end - text), back + got, &part, &err));
        got += part;
        chunks++;
        assert_int_equal(text[-2], got < LEN ? '1' : '0');
        at = end + 2;
    }
    assert_string_equal(at, "\n");
    assert_int_equal(chunks, (LEN + 3071) / 3072);
    assert_int_equal(got, LEN);
    assert_memory_equal(back, pixels, LEN);
    img_buf_clear(&out);
}

static void iterm(void **state)
{
    struct img_buf out = {0};
    (void)state;
    img_preview_put_iterm("file", 4, &(struct img_extent){7, 5}, &out);
    assert_string_equal(out.data,
                        "\033]1337;File=inline=1;size=4;width=7px;height=5px:ZmlsZQ==\a\n");
    img_buf_clear(&out);
}

/* A small terminal: draws sixels into colour numbers [h, w], 255 where nothing was drawn. */
static void draw_sixel(const char *at, uint8_t *screen, unsigned w, unsigned h)
{
    unsigned x = 0, y = 0, colour = 0, count = 1;
    memset(screen, 255, (size_t)w * h);
    at = strchr(at, '"') + 1;
    at += strspn(at, "0123456789;");
    for (; *at != '\033'; at++) {
        char *end;
        if (*at == '#') {
            colour = (unsigned)strtoul(at + 1, &end, 10);
            if (*end == ';')
                end += strspn(end, "0123456789;");
            at = end - 1;
        } else if (*at == '!') {
            count = (unsigned)strtoul(at + 1, &end, 10);
            at = end - 1;
        } else if (*at == '$') {
            x = 0;
        } else if (*at == '-') {
            x = 0;
            y += 6;
        } else {
            assert_in_range(*at, '?', '~');
            for (; count > 0; count--, x++)
                for (unsigned bit = 0; bit < 6; bit++)
                    if ((*at - '?') >> bit & 1) {
                        assert_true(x < w && y + bit < h);
                        assert_int_equal(screen[(y + bit) * w + x], 255);
                        screen[(y + bit) * w + x] = (uint8_t)colour;
                    }
            count = 1;
        }
    }
    assert_string_equal(at, "\033\\\n");
}

static void sixel(void **state)
{
    enum { W = 37, H = 20 };
    uint8_t pixels[W * H * 3], screen[W * H];
    struct img_buf out = {0};
    (void)state;
    fill(pixels, sizeof pixels);
    memset(pixels, 255, 3);      /* white */
    memset(pixels + 3, 0, 3);    /* black */
    img_preview_put_sixel(pixels, &(struct img_extent){W, H}, &out);
    assert_memory_equal(out.data, "\033P0;1;0q\"1;1;37;20#0;2;0;0;0#1;2;0;0;20", 38);
    draw_sixel(out.data, screen, W, H);
    assert_int_equal(screen[0], 215);
    assert_int_equal(screen[1], 0);
    double off = 0;
    for (size_t i = 0; i < W * H; i++) {
        int red = screen[i] / 36 * 51, given = pixels[i * 3];
        assert_int_not_equal(screen[i], 255);
        assert_true(abs(red - given) <= 51);
        off += red - given;
    }
    assert_true(off / (W * H) < 4 && off / (W * H) > -4); /* dithering keeps the mean */
    img_buf_clear(&out);
}

static void blocks(void **state)
{
    static const uint8_t pixels[2 * 3 * 3] = {255, 0,   0,   255, 0,   0,   0, 0, 255,
                                              0,   255, 255, 8,   8,   8,   9, 9, 9};
    struct img_buf out = {0};
    (void)state;
    img_preview_put_blocks(pixels, &(struct img_extent){2, 3}, true, &out);
    assert_string_equal(out.data,
                        "\033[38;2;255;0;0m\033[48;2;0;0;255m\xe2\x96\x80"
                        "\033[48;2;0;255;255m\xe2\x96\x80\033[0m\n"
                        "\033[38;2;8;8;8m\xe2\x96\x80\033[38;2;9;9;9m\xe2\x96\x80\033[0m\n");
    img_buf_reset(&out);
    img_preview_put_blocks(pixels, &(struct img_extent){2, 3}, false, &out);
    assert_string_equal(out.data, "\033[38;5;196m\033[48;5;21m\xe2\x96\x80"
                                  "\033[48;5;51m\xe2\x96\x80\033[0m\n"
                                  "\033[38;5;232m\xe2\x96\x80\033[38;5;232m\xe2\x96\x80\033[0m\n");
    img_buf_clear(&out);
}

static void names_are_in_order(void **state)
{
    (void)state;
    assert_string_equal(img_preview_names[IMG_PREVIEW_AUTO], "auto");
    assert_string_equal(img_preview_names[IMG_PREVIEW_NONE], "none");
    assert_null(img_preview_names[IMG_PREVIEW_NONE + 1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_terminal_is_recognised), cmocka_unit_test(kitty),
        cmocka_unit_test(iterm),  cmocka_unit_test(sixel),
        cmocka_unit_test(blocks), cmocka_unit_test(names_are_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
