/* One picture for every way of storing one (scripts/make-format-pictures.py): all show four quadrants,
 * so that what is decoded can be looked at, and their heads say what is known of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "decode/decode.h"
#include "decode/facts.h"

enum { SIDE = 24 };

/* Colours of the quadrants, from left to right, from top to bottom. */
enum scene {
    COLOURS, /* red and green above blue and white */
    TURNED,  /* the same after EXIF's orientation 6 */
    UPSIDE,  /* after orientation 3 */
    GREYS,   /* four steps from black to white */
    BILEVEL, /* black and white above white and black */
};

static const uint8_t quadrants[][4][3] = {
    [COLOURS] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}},
    [TURNED] = {{0, 0, 255}, {255, 0, 0}, {255, 255, 255}, {0, 255, 0}},
    [UPSIDE] = {{255, 255, 255}, {0, 0, 255}, {0, 255, 0}, {255, 0, 0}},
    [GREYS] = {{0, 0, 0}, {85, 85, 85}, {170, 170, 170}, {255, 255, 255}},
    [BILEVEL] = {{0, 0, 0}, {255, 255, 255}, {255, 255, 255}, {0, 0, 0}},
};

static const struct expected {
    const char *name;
    enum img_format format;
    const char *mode;
    uint32_t width, height, pages;
    enum scene scene;
    int tolerance; /* of a quadrant's middle; 0: the format loses nothing */
} table[] = {
    {"progressive.jpg", IMG_FORMAT_JPEG, "RGB", 32, 24, 1, COLOURS, 3},
    {"arithmetic.jpg", IMG_FORMAT_JPEG, "RGB", 32, 24, 1, COLOURS, 3},
    {"restarts.jpg", IMG_FORMAT_JPEG, "RGB", 32, 24, 1, COLOURS, 3},
    {"rgb.jpg", IMG_FORMAT_JPEG, "RGB", 32, 24, 1, COLOURS, 3},
    {"cmyk_adobe.jpg", IMG_FORMAT_JPEG, "CMYK", 32, 24, 1, COLOURS, 6},
    {"animated.png", IMG_FORMAT_PNG, "RGB", 32, 24, 2, COLOURS, 0},
    {"rgb16.png", IMG_FORMAT_PNG, "RGB", 32, 24, 1, COLOURS, 0},
    {"interlaced.png", IMG_FORMAT_PNG, "RGB", 32, 24, 1, COLOURS, 0},
    {"top_down.bmp", IMG_FORMAT_BMP, "RGB", 32, 24, 1, COLOURS, 0},
    {"bit_fields.bmp", IMG_FORMAT_BMP, "RGB", 32, 24, 1, COLOURS, 0},
    {"strips.tif", IMG_FORMAT_TIFF, "RGB", 32, 24, 1, COLOURS, 0},
    {"tiles.tif", IMG_FORMAT_TIFF, "RGB", 32, 24, 1, COLOURS, 0},
    {"big.tif", IMG_FORMAT_TIFF, "RGB", 32, 24, 1, COLOURS, 0},
    {"rgb16.tif", IMG_FORMAT_TIFF, "RGB", 32, 24, 1, COLOURS, 0},
    {"grey16.tif", IMG_FORMAT_TIFF, "I;16", 32, 24, 1, GREYS, 0},
    {"grey32.tif", IMG_FORMAT_TIFF, "I", 32, 24, 1, GREYS, 0},
    {"float.tif", IMG_FORMAT_TIFF, "F", 32, 24, 1, GREYS, 0},
    {"pages.tif", IMG_FORMAT_TIFF, "RGB", 32, 24, 2, COLOURS, 0},
    {"cmyk.tif", IMG_FORMAT_TIFF, "CMYK", 32, 24, 1, COLOURS, 0},
    {"lab.tif", IMG_FORMAT_TIFF, "LAB", 32, 24, 1, COLOURS, 24},
    {"fax4.tif", IMG_FORMAT_TIFF, "1", 32, 24, 1, BILEVEL, 0},
    {"old_jpeg.tif", IMG_FORMAT_TIFF, "RGB", 32, 24, 1, COLOURS, 3},
    {"animated.gif", IMG_FORMAT_GIF, "P", 32, 24, 2, COLOURS, 0},
    {"lossless.webp", IMG_FORMAT_WEBP, "RGB", 32, 24, 1, COLOURS, 0},
    {"animated.webp", IMG_FORMAT_WEBP, "RGB", 32, 24, 2, COLOURS, 0},
    {"scene.avif", IMG_FORMAT_AVIF, "RGB", 64, 48, 1, COLOURS, 6},
    {"scene.heic", IMG_FORMAT_HEIF, "RGB", 64, 48, 1, COLOURS, 6},
    {"lossless.jxl", IMG_FORMAT_JXL, "RGB", 32, 24, 1, COLOURS, 0},
    {"boxes.jp2", IMG_FORMAT_JPEG2000, "RGB", 32, 24, 1, COLOURS, 0},
    {"codestream.j2k", IMG_FORMAT_JPEG2000, "RGB", 32, 24, 1, COLOURS, 0},
    {"scene.ppm", IMG_FORMAT_PPM, "RGB", 32, 24, 1, COLOURS, 0},
    {"scene.pfm", IMG_FORMAT_PPM, "F", 32, 24, 1, GREYS, 0},
    {"scene.svg", IMG_FORMAT_SVG, "RGBA", 32, 24, 1, COLOURS, 0},
    {"scene.pdf", IMG_FORMAT_PDF, "RGBA", 32, 24, 1, COLOURS, 0},
    {"sub_directories.nef", IMG_FORMAT_RAW, "RGB", 64, 48, 1, COLOURS, 3},
    {"chain.cr2", IMG_FORMAT_RAW, "RGB", 64, 48, 1, TURNED, 3},
    {"scene.rw2", IMG_FORMAT_RAW, "RGB", 64, 48, 1, COLOURS, 3},
    {"scene.orf", IMG_FORMAT_RAW, "RGB", 64, 48, 1, COLOURS, 3},
    {"scene.raf", IMG_FORMAT_RAW, "RGB", 64, 48, 1, COLOURS, 3},
    {"scene.cr3", IMG_FORMAT_RAW, "RGB", 64, 48, 1, UPSIDE, 3},
};

static struct img_arena arena;

static void read_picture(const char *name, struct img_buf *bytes)
{
    char path[256];
    struct img_err err;
    snprintf(path, sizeof path, "tests/data/formats/%s", name);
    if (!img_file_read(path, 1U << 20, bytes, &err))
        fail_msg("%s: %s", path, err.text);
}

static bool decode(const char *name, const struct img_prep *prep, uint8_t *out,
                   struct img_info *info, struct img_err *err)
{
    struct img_buf bytes = {0};
    read_picture(name, &bytes);
    bool good = img_decode((const uint8_t *)bytes.data, bytes.len, prep, &arena, out, info, err);
    img_arena_reset(&arena);
    img_buf_clear(&bytes);
    return good;
}

static struct img_prep everything(void)
{
    struct img_prep prep = IMG_PREP_DEFAULTS;
    prep.size = prep.resize = SIDE;
    prep.formats = UINT32_MAX;
    return prep;
}

/* The middle of each quadrant of the square that was cut from the picture. */
static void check_scene(const char *name, const uint8_t *out, enum scene scene, int tolerance)
{
    for (unsigned i = 0; i < 4; i++) {
        unsigned x = i % 2 ? SIDE * 3 / 4 : SIDE / 4, y = i / 2 ? SIDE * 3 / 4 : SIDE / 4;
        for (unsigned c = 0; c < 3; c++) {
            int is = out[(y * SIDE + x) * 3 + c], should = quadrants[scene][i][c];
            if (abs(is - should) > tolerance)
                fail_msg("%s: quadrant %u, channel %u is %d, not %d", name, i, c, is, should);
        }
    }
}

static void check_info(const struct expected *row, const struct img_info *info)
{
    if (info->format != row->format || strcmp(info->mode, row->mode) != 0 ||
        info->width != row->width || info->height != row->height || info->pages != row->pages)
        fail_msg("%s: %s %s %ux%u, %u pages", row->name,
                 img_format_name((enum img_format)info->format), info->mode, info->width,
                 info->height, info->pages);
}

static void every_way_of_storing_a_picture(void **state)
{
    const struct img_prep prep = everything();
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct expected *row = &table[i];
        uint8_t out[SIDE * SIDE * 3];
        struct img_info info;
        struct img_err err = {0};
        if (!decode(row->name, &prep, out, &info, &err))
            fail_msg("%s: %s", row->name, err.text);
        if (row->pages == 1) /* frames are counted when metadata is asked for */
            check_info(row, &info);
        check_scene(row->name, out, row->scene, row->tolerance);
    }
}

static void every_head_says_the_same(void **state)
{
    const struct img_prep prep = everything();
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct img_buf bytes = {0}, facts = {.limit = 1U << 16};
        struct img_info info;
        struct img_err err = {0};
        read_picture(table[i].name, &bytes);
        if (!img_decode_facts((const uint8_t *)bytes.data, bytes.len, &prep, false, &arena, &facts,
                              &info, &err))
            fail_msg("%s: %s", table[i].name, err.text);
        check_info(&table[i], &info);
        img_arena_reset(&arena);
        img_buf_clear(&bytes);
        img_buf_clear(&facts);
    }
}

static void the_second_page(void **state)
{
    static const char *const paged[] = {"pages.tif", "animated.webp", "animated.gif"};
    static const uint8_t upper_left[] = {0, 0, 255}; /* the second is upside down */
    struct img_prep prep = everything();
    (void)state;
    prep.page = 1;
    for (size_t i = 0; i < sizeof paged / sizeof paged[0]; i++) {
        uint8_t out[SIDE * SIDE * 3];
        struct img_info info;
        struct img_err err = {0};
        if (!decode(paged[i], &prep, out, &info, &err))
            fail_msg("%s: %s", paged[i], err.text);
        assert_memory_equal(out + (SIDE / 4 * SIDE + SIDE / 4) * 3, upper_left, 3);
    }
}

static void drawings_are_drawn_only_when_allowed(void **state)
{
    struct img_prep prep = IMG_PREP_DEFAULTS;
    uint8_t *out = malloc(224 * 224 * 3);
    struct img_info info;
    struct img_err err;
    (void)state;
    assert_non_null(out);
    assert_false(decode("scene.svg", &prep, out, &info, &err));
    assert_int_equal(err.code, IMG_ERR_UNSUPPORTED_FORMAT);
    assert_string_equal(err.text, "SVG is drawn only when it is allowed");
    assert_false(decode("scene.pdf", &prep, out, &info, &err));
    assert_int_equal(err.code, IMG_ERR_UNSUPPORTED_FORMAT);
    free(out);
}

/* A drawing is drawn as large as the model wants it: its edges are sharp, not blown up. */
static void drawings_are_drawn_sharp(void **state)
{
    enum { LARGE = 224 };
    static const char *const drawings[] = {"scene.svg", "scene.pdf"};
    struct img_prep prep = everything();
    uint8_t *out = malloc(LARGE * LARGE * 3);
    (void)state;
    assert_non_null(out);
    prep.size = prep.resize = LARGE;
    for (size_t i = 0; i < 2; i++) {
        struct img_info info;
        struct img_err err = {0};
        if (!decode(drawings[i], &prep, out, &info, &err))
            fail_msg("%s: %s", drawings[i], err.text);
        unsigned between = 0;
        for (unsigned x = 0; x < LARGE; x++) {
            const uint8_t *pixel = out + (LARGE / 4 * LARGE + x) * 3;
            between += pixel[0] > 8 && pixel[0] < 247;
        }
        if (between > 2)
            fail_msg("%s: an edge is %u pixels wide", drawings[i], between);
    }
    free(out);
}

/* max_image_size chooses among a raw file's previews as it chooses how a JPEG is decoded. */
static void a_small_preview_suffices_where_it_does(void **state)
{
    struct img_prep prep = everything();
    uint8_t out[SIDE * SIDE * 3];
    struct img_info info;
    struct img_err err = {0};
    (void)state;
    prep.max_side = 32;
    assert_true(decode("chain.cr2", &prep, out, &info, &err));
    assert_int_equal(info.width, 32);
    assert_int_equal(info.orientation, 6);
    check_scene("chain.cr2", out, TURNED, 3);
    prep.max_side = 33;
    assert_true(decode("chain.cr2", &prep, out, &info, &err));
    assert_int_equal(info.width, 64);
}

static void a_raw_file_cut_anywhere_does_no_harm(void **state)
{
    static const char *const names[] = {"sub_directories.nef", "chain.cr2", "scene.rw2",
                                        "scene.orf", "scene.raf", "scene.cr3"};
    struct img_prep prep = everything();
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct img_buf bytes = {0};
        read_picture(names[i], &bytes);
        for (size_t len = 1; len < bytes.len; len += 7) {
            uint8_t out[SIDE * SIDE * 3], *part = malloc(len);
            struct img_info info;
            struct img_err err;
            assert_non_null(part);
            memcpy(part, bytes.data, len); /* so that a sanitizer sees its end */
            bool good = img_decode(part, len, &prep, &arena, out, &info, &err);
            (void)good;
            img_arena_reset(&arena);
            free(part);
        }
        img_buf_clear(&bytes);
    }
}

static void what_is_listed_can_be_read(void **state)
{
    uint32_t formats = img_decode_formats();
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (!(formats >> table[i].format & 1))
            fail_msg("%s is not listed", img_format_name(table[i].format));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_of_storing_a_picture),
        cmocka_unit_test(every_head_says_the_same),
        cmocka_unit_test(the_second_page),
        cmocka_unit_test(drawings_are_drawn_only_when_allowed),
        cmocka_unit_test(drawings_are_drawn_sharp),
        cmocka_unit_test(a_small_preview_suffices_where_it_does),
        cmocka_unit_test(a_raw_file_cut_anywhere_does_no_harm),
        cmocka_unit_test(what_is_listed_can_be_read),
    };
    struct img_err err;
    if (!img_decode_begin(&err)) {
        print_message("%s\n", err.text);
        return 1;
    }
    img_decode_load_pdf();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
