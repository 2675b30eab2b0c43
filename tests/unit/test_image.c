/* Formats told apart, crop geometry, resampling within its bounds, quality. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/crop.h"
#include "image/quality.h"
#include "image/resample.h"

static enum img_format sniff(const char *bytes, size_t len)
{
    return img_format_sniff((const unsigned char *)bytes, len);
}

#define SNIFF(literal) sniff(literal, sizeof(literal) - 1)

static void formats_are_known_by_content(void **state)
{
    (void)state;
    assert_int_equal(SNIFF("\xff\xd8\xff\xe0"), IMG_FORMAT_JPEG);
    assert_int_equal(SNIFF("\x89PNG\r\n\x1a\n"), IMG_FORMAT_PNG);
    assert_int_equal(SNIFF("GIF89a"), IMG_FORMAT_GIF);
    assert_int_equal(SNIFF("BM123456"), IMG_FORMAT_BMP);
    assert_int_equal(SNIFF("II*\0\x08\0\0\0"), IMG_FORMAT_TIFF);
    assert_int_equal(SNIFF("MM\0+\0\x08\0\0"), IMG_FORMAT_TIFF);
    assert_int_equal(SNIFF("RIFF\x10\0\0\0WEBPVP8 "), IMG_FORMAT_WEBP);
    assert_int_equal(SNIFF("\0\0\0\x18" "ftypheic\0\0\0\0mif1heic"), IMG_FORMAT_HEIF);
    assert_int_equal(SNIFF("\0\0\0\x1c" "ftypmif1\0\0\0\0mif1avifmiaf"), IMG_FORMAT_AVIF);
    assert_int_equal(SNIFF("\0\0\0\x18" "ftypmif1\0\0\0\0mif1miaf"), IMG_FORMAT_HEIF);
    assert_int_equal(SNIFF("\0\0\0\x18" "ftypisom\0\0\0\0isommp41"), IMG_FORMAT_UNKNOWN);
    assert_int_equal(SNIFF("\xff\x0a\x10"), IMG_FORMAT_JXL);
    assert_int_equal(SNIFF("\0\0\0\x0cJXL \r\n\x87\n"), IMG_FORMAT_JXL);
    assert_int_equal(SNIFF("\0\0\0\x0cjP  \r\n\x87\n"), IMG_FORMAT_JPEG2000);
    assert_int_equal(SNIFF("\xff\x4f\xff\x51\0"), IMG_FORMAT_JPEG2000);
    assert_int_equal(SNIFF("P6\n1 1\n255\n"), IMG_FORMAT_PPM);
    assert_int_equal(SNIFF("P7\n"), IMG_FORMAT_UNKNOWN);
    assert_int_equal(SNIFF("Pictures of cats"), IMG_FORMAT_UNKNOWN);
    assert_int_equal(SNIFF("%PDF-1.7"), IMG_FORMAT_PDF);
    assert_int_equal(SNIFF("<?xml version='1.0'?>\n<svg xmlns='x'/>"), IMG_FORMAT_SVG);
    assert_int_equal(SNIFF("<!DOCTYPE html><html></html>"), IMG_FORMAT_UNKNOWN);
    assert_int_equal(sniff("", 0), IMG_FORMAT_UNKNOWN);
}

static void formats_have_names(void **state)
{
    (void)state;
    assert_string_equal(img_format_name(IMG_FORMAT_JPEG2000), "JPEG2000");
    assert_null(img_format_name(IMG_FORMAT_UNKNOWN));
    assert_int_equal(img_format_from_name(".jpg"), IMG_FORMAT_JPEG);
    assert_int_equal(img_format_from_name("TIF"), IMG_FORMAT_TIFF);
    assert_int_equal(img_format_from_name("heic"), IMG_FORMAT_HEIF);
    assert_int_equal(img_format_from_name("doc"), IMG_FORMAT_UNKNOWN);
}

static struct img_crop_box box_of(uint32_t width, uint32_t height, uint32_t size, uint32_t resize,
                                  enum img_crop crop)
{
    struct img_prep prep = IMG_PREP_DEFAULTS;
    struct img_crop_box box = {0};
    struct img_err err;
    prep.size = size;
    prep.resize = resize;
    prep.crop = crop;
    if (!img_crop_find(width, height, &prep, &box, &err))
        fail_msg("%s", err.text);
    return box;
}

static void crops_lie_where_the_reference_puts_them(void **state)
{
    (void)state;
    struct img_crop_box box = box_of(500, 375, 224, 224, IMG_CROP_DOWN);
    assert_int_equal(box.width, 298);
    assert_int_equal(box.height, 224);
    assert_int_equal(box.left, 37);
    assert_int_equal(box_of(227, 224, 224, 224, IMG_CROP_DOWN).left, 1);
    assert_int_equal(box_of(227, 224, 224, 224, IMG_CROP_HALF_EVEN).left, 2);
    assert_int_equal(box_of(225, 224, 224, 224, IMG_CROP_HALF_EVEN).left, 0);
    box = box_of(500, 375, 200, 200, IMG_CROP_NONE);
    assert_int_equal(box.columns, 200);
    assert_int_equal(box.rows, 150);
    box = box_of(1, 65535, 224, 224, IMG_CROP_NONE);
    assert_int_equal(box.columns, 1);
    assert_int_equal(box.rows, 224);
    assert_int_equal(box_of(10, 7, 224, 224, IMG_CROP_NONE).rows, 7);
    box = box_of(375, 500, 224, 248, IMG_CROP_HALF_EVEN);
    assert_int_equal(box.width, 248);
    assert_int_equal(box.height, 330);
    assert_int_equal(box.left, 12);
    assert_int_equal(box.top, 53);
}

static void absurd_proportions_are_refused(void **state)
{
    struct img_prep prep = IMG_PREP_DEFAULTS;
    struct img_crop_box box;
    struct img_err err = {0};
    (void)state;
    assert_false(img_crop_find(1, 500000000, &prep, &box, &err));
    assert_int_equal(err.code, IMG_ERR_TOO_MANY_PIXELS);
}

/* A 1 by 65535 picture becomes 224 by 14,679,840: only what the crop sees may cost anything. */
static void a_sliver_costs_little(void **state)
{
    struct img_arena arena = {0};
    struct img_resample resample;
    struct img_err err;
    uint8_t line[3] = {10, 20, 30};
    uint8_t *out = calloc(224 * 224, 3);
    (void)state;
    struct img_crop_box box = box_of(1, 65535, 224, 224, IMG_CROP_DOWN);
    assert_int_equal(box.height, 14679840);
    assert_true(img_resample_init(&resample, 1, 65535, &box, &arena, &err));
    assert_true(arena.used < 200000);
    for (uint32_t y = 0; y < 65535; y++)
        img_resample_row(&resample, y, line);
    img_resample_finish(&resample, out);
    for (size_t i = 0; i < 224 * 224 * 3; i++)
        assert_int_equal(out[i], line[i % 3]);
    free(out);
    img_arena_clear(&arena);
}

/* A picture that has its size already is cropped, nothing else. */
static void no_pass_without_a_change_of_size(void **state)
{
    struct img_arena arena = {0};
    struct img_resample resample;
    struct img_err err;
    uint8_t line[13 * 3] = {0};
    uint8_t out[10 * 10 * 3];
    (void)state;
    struct img_crop_box box = box_of(13, 10, 10, 10, IMG_CROP_DOWN);
    assert_true(img_resample_init(&resample, 13, 10, &box, &arena, &err));
    for (uint32_t y = 0; y < 10; y++) {
        for (uint32_t x = 0; x < 13 * 3; x++)
            line[x] = (uint8_t)(x * 5 + y * 7);
        img_resample_row(&resample, y, line);
    }
    img_resample_finish(&resample, out);
    for (uint32_t y = 0; y < 10; y++)
        for (uint32_t x = 0; x < 30; x++)
            assert_int_equal(out[y * 30 + x], (uint8_t)((x + 3) * 5 + y * 7));
    img_arena_clear(&arena);
}

static uint8_t *pixels;
enum { SIDE = 64, BYTES = SIDE * SIDE * 3 };

static float confidence_of(struct img_info *info)
{
    info->width = info->height = SIDE;
    img_quality_measure(pixels, SIDE, info);
    return img_confidence(info, SIDE);
}

/* Bars of a colour on black, edges as sharp as can be. */
static void draw_bars(unsigned red, unsigned green, unsigned blue)
{
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        bool bar = i % SIDE / 16 % 2;
        pixels[i * 3] = (uint8_t)(bar ? red : 10);
        pixels[i * 3 + 1] = (uint8_t)(bar ? green : 10);
        pixels[i * 3 + 2] = (uint8_t)(bar ? blue : 10);
    }
}

/* Every pixel the mean of its row's neighbours, rounds times over. */
static void blur(unsigned rounds)
{
    static uint8_t old[BYTES];
    for (; rounds > 0; rounds--) {
        memcpy(old, pixels, BYTES);
        for (size_t i = 3; i + 3 < BYTES; i++)
            pixels[i] = (uint8_t)((old[i - 3] + old[i] * 2 + old[i + 3] + 2) / 4);
    }
}

static void confidence_stays_in_its_range(void **state)
{
    struct img_info info = {0};
    (void)state;
    memset(pixels, 0, BYTES);
    assert_true(confidence_of(&info) > 0.0F && confidence_of(&info) < 0.2F);
    assert_true(info.contrast <= 0.0F && info.sharpness <= 0.0F && info.clipping >= 1.0F);
    info = (struct img_info){0};
    assert_true(img_confidence(&info, SIDE) <= 0.0F);
    assert_true(img_confidence(&info, 0) <= 0.0F);
    memset(pixels, 200, BYTES);
    img_quality_measure(pixels, 1, &info);
    assert_true(info.contrast <= 0.0F && info.gradient <= 0.0F);
}

/* Flat and sharp is nothing to complain of, nor are colours of the same lightness. */
static void sharp_graphics_are_trusted(void **state)
{
    struct img_info info = {0};
    (void)state;
    draw_bars(240, 240, 240);
    assert_true(confidence_of(&info) >= 1.0F);
    draw_bars(220, 90, 60);
    assert_true(confidence_of(&info) >= 1.0F);
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) /* red and blue, luma 60 both */
        memcpy(pixels + i * 3, i % SIDE < SIDE / 2 ? "\xb0\x08\x20" : "\x14\x28\xff", 3);
    assert_true(confidence_of(&info) >= 1.0F);
    info.decoder_warnings = 1;
    assert_true(confidence_of(&info) > 0.79F && confidence_of(&info) < 0.81F);
}

static void each_fault_lowers_confidence(void **state)
{
    struct img_info info = {0};
    (void)state;
    float last = 1.1F;
    for (unsigned rounds = 0; rounds <= 32; rounds = rounds ? rounds * 2 : 4) { /* blurred */
        draw_bars(240, 240, 240);
        blur(rounds);
        float now = confidence_of(&info);
        assert_true(now < last);
        last = now;
    }
    assert_true(last < 0.5F);
    draw_bars(20, 20, 20); /* dark: 10 levels of contrast */
    assert_true(confidence_of(&info) < 0.6F);
    for (size_t i = 0; i < BYTES; i++) /* clipped */
        pixels[i] = i % (8 * 3) < 3 ? 0 : 255;
    assert_true(confidence_of(&info) > 0.55F && confidence_of(&info) < 0.65F);
    draw_bars(240, 240, 240); /* tiny */
    confidence_of(&info);
    info.width = SIDE / 4;
    assert_true(img_confidence(&info, SIDE) > 0.4F && img_confidence(&info, SIDE) < 0.45F);
}

static int make_room(void **state)
{
    (void)state;
    pixels = malloc(BYTES);
    return pixels ? 0 : -1;
}

static int free_room(void **state)
{
    (void)state;
    free(pixels);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_are_known_by_content),
        cmocka_unit_test(formats_have_names),
        cmocka_unit_test(crops_lie_where_the_reference_puts_them),
        cmocka_unit_test(absurd_proportions_are_refused),
        cmocka_unit_test(a_sliver_costs_little),
        cmocka_unit_test(no_pass_without_a_change_of_size),
        cmocka_unit_test(confidence_stays_in_its_range),
        cmocka_unit_test(sharp_graphics_are_trusted),
        cmocka_unit_test(each_fault_lowers_confidence),
    };
    return cmocka_run_group_tests(tests, make_room, free_room);
}
