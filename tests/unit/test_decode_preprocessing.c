/* What the options that change pixels do, on script-made files: colour profiles against Little
 * CMS's own figures, orientations, backgrounds, 16 bits; and what the hashes of pixels make of
 * it. */
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

enum { SIDE = 16, BYTES = SIDE * SIDE * 3 };

static struct img_arena arena;

static struct img_prep plain(void)
{
    struct img_prep prep = IMG_PREP_DEFAULTS;
    prep.size = prep.resize = SIDE;
    return prep;
}

static void read_file(const char *name, struct img_buf *bytes)
{
    char path[256];
    struct img_err err;
    snprintf(path, sizeof path, "tests/data/preprocessing/%s", name);
    if (!img_file_read(path, 1U << 20, bytes, &err))
        fail_msg("%s: %s", path, err.text);
}

static void decode(const char *name, const struct img_prep *prep, uint8_t *out,
                   struct img_info *info)
{
    struct img_buf bytes = {0};
    struct img_err err = {0};
    read_file(name, &bytes);
    if (!img_decode((const uint8_t *)bytes.data, bytes.len, prep, &arena, out, info, &err))
        fail_msg("%s: %s", name, err.text);
    img_arena_reset(&arena);
    img_buf_clear(&bytes);
}

/* The pixels of NAME.ppm. */
static void expect(const char *name, uint8_t *out)
{
    char file[64];
    struct img_buf bytes = {0};
    snprintf(file, sizeof file, "%s.ppm", name);
    read_file(file, &bytes);
    assert_true(bytes.len > BYTES);
    memcpy(out, bytes.data + bytes.len - BYTES, BYTES);
    img_buf_clear(&bytes);
}

static int largest_difference(const uint8_t *a, const uint8_t *b)
{
    int largest = 0;
    for (size_t i = 0; i < BYTES; i++)
        if (abs(a[i] - b[i]) > largest)
            largest = abs(a[i] - b[i]);
    return largest;
}

static void profiles_are_converted_as_little_cms_converts_them(void **state)
{
    static const char *const names[] = {"wide.png", "wide.jpg",  "wide.tiff", "wide_alpha.png",
                                        "grey.png", "grey.jpg", "inks.jpg",  "inks.tiff"};
    struct img_prep prep = plain();
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint8_t got[BYTES], ignored[BYTES], expected[BYTES];
        struct img_info info;
        expect(names[i], expected);
        prep.srgb = 1;
        decode(names[i], &prep, got, &info);
        assert_true(info.has_icc_profile);
        assert_int_equal(info.decoder_warnings, 0);
        if (largest_difference(got, expected) > 2)
            fail_msg("%s: differs by %d", names[i], largest_difference(got, expected));
        prep.srgb = 0;
        decode(names[i], &prep, ignored, &info);
        assert_true(largest_difference(ignored, expected) > 10);
    }
}

/* One that is torn, that is none, or that is for pictures of another kind. */
static void profiles_that_cannot_be_used_are_a_warning(void **state)
{
    static const char *const names[] = {"torn.jpg",     "torn.png",    "torn_inks.jpg",
                                        "nonsense.jpg", "foreign.jpg", "foreign_grey.jpg"};
    struct img_prep prep = plain();
    (void)state;
    prep.srgb = 1;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint8_t got[BYTES], expected[BYTES];
        struct img_info info;
        expect(names[i], expected);
        decode(names[i], &prep, got, &info);
        if (largest_difference(got, expected) > 0)
            fail_msg("%s: differs by %d", names[i], largest_difference(got, expected));
        if (info.decoder_warnings == 0)
            fail_msg("%s: no warning", names[i]);
    }
}

static void a_picture_stored_in_eight_ways_is_one(void **state)
{
    struct img_prep prep = plain();
    uint8_t first[BYTES], other[BYTES], unturned[BYTES];
    struct img_info one, info;
    (void)state;
    decode("orientation_1.png", &prep, first, &one);
    for (unsigned i = 1; i <= 8; i++) {
        char name[32];
        snprintf(name, sizeof name, "orientation_%u.png", i);
        prep.auto_orient = 1;
        decode(name, &prep, other, &info);
        assert_int_equal(info.orientation, i);
        assert_int_equal(info.width, i < 5 ? 60 : 44);
        assert_memory_equal(other, first, BYTES);
        assert_memory_equal(&info.pixels_id, &one.pixels_id, sizeof info.pixels_id);
        assert_memory_equal(&info.perceptual, &one.perceptual, sizeof info.perceptual);
        prep.auto_orient = 0;
        decode(name, &prep, unturned, &info);
        assert_int_equal(memcmp(unturned, first, BYTES) == 0, i == 1);
    }
}

static void a_background_lies_under_what_is_transparent(void **state)
{
    struct img_prep prep = plain();
    uint8_t bare[BYTES], composed[BYTES];
    struct img_info info, other;
    (void)state;
    decode("wide_alpha.png", &prep, bare, &info);
    prep.has_background = 1;
    prep.background = 0x204060;
    decode("wide_alpha.png", &prep, composed, &other);
    for (size_t i = 0; i < BYTES; i++) {
        unsigned under = prep.background >> (16 - 8 * (i % 3)) & 255;
        unsigned expected = (bare[i] * 128U + under * 127U + 127) / 255;
        assert_int_equal(composed[i], expected);
    }
    assert_memory_not_equal(&info.pixels_id, &other.pixels_id, sizeof info.pixels_id);
}

static void sixteen_bits_are_scaled_or_clipped(void **state)
{
    struct img_prep prep = plain();
    uint8_t out[BYTES];
    struct img_info info;
    (void)state;
    decode("deep_grey.png", &prep, out, &info);
    for (size_t i = 0; i < BYTES; i++)
        assert_int_equal(out[i], i / 3);
    prep.scale_16bit = 0; /* as Pillow: everything above 255 is white */
    decode("deep_grey.png", &prep, out, &info);
    for (size_t i = 0; i < BYTES; i++)
        assert_int_equal(out[i], i < 3 ? 0 : 255);
    for (uint8_t scale = 0; scale < 2; scale++) { /* colour is scaled by Pillow, too */
        prep.scale_16bit = scale;
        decode("deep_rgb.png", &prep, out, &info);
        for (size_t i = 0; i < BYTES; i++)
            assert_int_equal(out[i], (i / 3 * 257 + 77 * (i % 3)) % 65536 >> 8);
    }
    prep.has_background = 1;
    prep.background = 0xffffff;
    decode("deep_la.png", &prep, out, &info);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        unsigned alpha = i % SIDE < 8 ? 128 : 255, value = (unsigned)i;
        assert_int_equal(out[i * 3], (value * alpha + 255 * (255 - alpha) + 127) / 255);
    }
}

static bool same_pixels(const char *a, const char *b)
{
    const struct img_prep prep = plain();
    uint8_t out[BYTES];
    struct img_info first, second;
    decode(a, &prep, out, &first);
    decode(b, &prep, out, &second);
    assert_true(first.has_hashes && second.has_hashes);
    return memcmp(&first.pixels_id, &second.pixels_id, sizeof first.pixels_id) == 0;
}

/* A BMP, from the bottom up, of the pixels that are in a PPM. */
static void a_container_does_not_change_pixels(void **state)
{
    (void)state;
    assert_true(same_pixels("wide.png", "wide.tiff"));
    assert_false(same_pixels("wide.png", "wide.jpg"));
    assert_false(same_pixels("wide.png", "wide.png.ppm"));
    assert_false(same_pixels("wide.png", "wide_alpha.png"));
    uint8_t bmp[54 + BYTES] = {'B', 'M', 0, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, SIDE, 0, 0,
                               0, SIDE, 0, 0, 0, 1, 0, 24};
    uint8_t pixels[BYTES], out[BYTES];
    const struct img_prep prep = plain();
    struct img_info first, second;
    struct img_err err;
    expect("wide.png", pixels);
    for (size_t y = 0; y < SIDE; y++)
        for (size_t x = 0; x < SIDE * 3; x++)
            bmp[54 + y * SIDE * 3 + x] = pixels[(SIDE - 1 - y) * SIDE * 3 + x / 3 * 3 + 2 - x % 3];
    assert_true(img_decode(bmp, sizeof bmp, &prep, &arena, out, &first, &err));
    img_arena_reset(&arena);
    assert_memory_equal(out, pixels, BYTES);
    decode("wide.png.ppm", &prep, out, &second);
    assert_memory_equal(&first.pixels_id, &second.pixels_id, sizeof first.pixels_id);
}

static int begin(void **state)
{
    struct img_err err;
    (void)state;
    return img_decode_begin(&err) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    img_arena_clear(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(profiles_are_converted_as_little_cms_converts_them),
        cmocka_unit_test(profiles_that_cannot_be_used_are_a_warning),
        cmocka_unit_test(a_picture_stored_in_eight_ways_is_one),
        cmocka_unit_test(a_background_lies_under_what_is_transparent),
        cmocka_unit_test(sixteen_bits_are_scaled_or_clipped),
        cmocka_unit_test(a_container_does_not_change_pixels),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
