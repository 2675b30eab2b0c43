/* Hashes of decoded pixels and of looks: what they are equal for, near for, and far for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/perceptual.h"
#include "image/pixels.h"

enum { WIDTH = 40, HEIGHT = 30, SIDE = 96, BYTES = SIDE * SIDE * 3 };

static uint32_t random_bits(uint32_t *seed)
{
    return (*seed = *seed * 1664525U + 1013904223U) >> 24;
}

static const struct img_pixels_shape whole = {
    .width = WIDTH, .height = HEIGHT, .shrink = 1, .orientation = 1};

static bool same(const struct img_pixels *a, const struct img_pixels_shape *a_shape,
                 const struct img_pixels *b, const struct img_pixels_shape *b_shape)
{
    struct img_id x = img_pixels_id(a, a_shape), y = img_pixels_id(b, b_shape);
    return memcmp(&x, &y, sizeof x) == 0;
}

static void add_rows(struct img_pixels *pixels, const uint8_t *rgb, bool upwards)
{
    for (uint32_t i = 0; i < HEIGHT; i++) {
        uint32_t y = upwards ? HEIGHT - 1 - i : i;
        img_pixels_add(pixels, y, rgb + (size_t)y * WIDTH * 3, WIDTH);
    }
}

static void pixels_have_one_hash_in_any_order(void **state)
{
    uint8_t rgb[WIDTH * HEIGHT * 3], alpha[WIDTH];
    struct img_pixels down = {0}, up = {0}, other = {0};
    struct img_pixels_shape shape = whole;
    uint32_t seed = 1;
    (void)state;
    for (size_t i = 0; i < sizeof rgb; i++)
        rgb[i] = (uint8_t)random_bits(&seed);
    add_rows(&down, rgb, false);
    add_rows(&up, rgb, true);
    assert_true(same(&down, &whole, &up, &whole));
    rgb[777]++;
    add_rows(&other, rgb, false);
    assert_false(same(&down, &whole, &other, &whole));
    shape.width = HEIGHT, shape.height = WIDTH;
    assert_false(same(&down, &whole, &down, &shape));
    shape = whole;
    shape.orientation = 6; /* what was applied to pixels is in them */
    assert_true(same(&down, &whole, &down, &shape));
    memset(alpha, 255, sizeof alpha);
    img_pixels_add_alpha(&up, 3, alpha, WIDTH);
    assert_true(same(&down, &whole, &up, &whole));
    alpha[7] = 0;
    img_pixels_add_alpha(&up, 3, alpha, WIDTH);
    assert_false(same(&down, &whole, &up, &whole));
}

static void equal_rows_are_not_interchangeable(void **state)
{
    uint8_t a[WIDTH * 3], b[WIDTH * 3];
    struct img_pixels first = {0}, second = {0};
    (void)state;
    memset(a, 1, sizeof a);
    memset(b, 2, sizeof b);
    img_pixels_add(&first, 0, a, WIDTH);
    img_pixels_add(&first, 1, b, WIDTH);
    img_pixels_add(&second, 0, b, WIDTH);
    img_pixels_add(&second, 1, a, WIDTH);
    assert_false(same(&first, &whole, &second, &whole));
}

/* A picture decoded at a half is no picture of half the size, and its full size counts. */
static void shrunk_pixels_are_not_whole_ones(void **state)
{
    uint8_t row[WIDTH * 3] = {0};
    struct img_pixels pixels = {0};
    struct img_pixels_shape half = whole, other;
    (void)state;
    img_pixels_add(&pixels, 0, row, WIDTH);
    half.shrink = 2, half.full_width = 2 * WIDTH, half.full_height = 2 * HEIGHT;
    assert_false(same(&pixels, &whole, &pixels, &half));
    other = half;
    other.full_width--;
    assert_false(same(&pixels, &half, &pixels, &other));
    assert_true(same(&pixels, &half, &pixels, &half));
}

/* Smooth random hills, a picture without symmetry. */
static void draw_hills(uint8_t *pixels, uint32_t seed)
{
    int knots[10][10];
    for (int i = 0; i < 100; i++)
        knots[i / 10][i % 10] = (int)random_bits(&seed);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            int i = y * 9 / SIDE, j = x * 9 / SIDE, v = y * 9 % SIDE, u = x * 9 % SIDE;
            int top = knots[i][j] * (SIDE - u) + knots[i][j + 1] * u;
            int bottom = knots[i + 1][j] * (SIDE - u) + knots[i + 1][j + 1] * u;
            memset(pixels + (y * SIDE + x) * 3, (top * (SIDE - v) + bottom * v) / (SIDE * SIDE), 3);
        }
}

static struct img_look look_of(const uint8_t *pixels, uint32_t side)
{
    struct img_perceptual hash;
    struct img_look look;
    img_perceptual_hash(pixels, side, &hash);
    assert_true(img_perceptual_look(&hash, &look));
    return look;
}

/* EXIF's orientations: where the pixel that is seen at x, y is stored. */
static void turn(const uint8_t *from, unsigned orientation, uint8_t *to)
{
    for (size_t y = 0; y < SIDE; y++)
        for (size_t x = 0; x < SIDE; x++) {
            size_t last = SIDE - 1;
            size_t column[9] = {0, x, last - x, last - x, x, y, y, last - y, last - y};
            size_t row[9] = {0, y, y, last - y, last - y, x, last - x, last - x, x};
            memcpy(to + (y * SIDE + x) * 3,
                   from + (row[orientation] * SIDE + column[orientation]) * 3, 3);
        }
}

static void turned_pictures_have_turned_looks(void **state)
{
    uint8_t *pixels = malloc(BYTES), *turned = malloc(BYTES);
    (void)state;
    for (uint32_t seed = 0; seed < 20; seed++) {
        draw_hills(pixels, seed);
        struct img_look look = look_of(pixels, SIDE), again, back;
        for (unsigned orientation = 1; orientation <= 8; orientation++) {
            turn(pixels, orientation, turned);
            struct img_look expected = look_of(turned, SIDE);
            img_look_turn(&look, orientation, &again);
            assert_int_equal(img_look_distance(&expected, &again), 0);
            assert_true(orientation == 1 || img_look_distance(&look, &again) > 40);
            img_look_turn(&again, img_orientation_inverse(orientation), &back);
            assert_int_equal(img_look_distance(&look, &back), 0);
        }
    }
    free(pixels);
    free(turned);
}

static void noise_is_near_and_other_pictures_far(void **state)
{
    uint8_t *pixels = malloc(BYTES), *other = malloc(BYTES);
    uint32_t seed = 5;
    unsigned nearest = IMG_PERCEPTUAL_BITS;
    (void)state;
    for (uint32_t i = 0; i < 20; i++) {
        draw_hills(pixels, i);
        struct img_look look = look_of(pixels, SIDE);
        assert_true(look.details > 50);
        memcpy(other, pixels, BYTES);
        for (size_t at = 0; at < BYTES; at++)
            if (other[at] < 240)
                other[at] = (uint8_t)(other[at] + (random_bits(&seed) & 15));
        struct img_look noisy = look_of(other, SIDE);
        assert_true(img_look_distance(&look, &noisy) <= 20);
        draw_hills(other, i + 1000);
        struct img_look far = look_of(other, SIDE);
        if (img_look_distance(&look, &far) < nearest)
            nearest = img_look_distance(&look, &far);
    }
    assert_true(nearest > 60);
    free(pixels);
    free(other);
}

static void flat_pictures_have_a_colour_and_no_details(void **state)
{
    uint8_t pixels[5 * 5 * 3];
    (void)state;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i % 3 == 0 ? 255 : i % 3 == 1 ? 128 : 0);
    struct img_look look = look_of(pixels, 5);
    assert_int_equal(look.details, 0);
    assert_int_equal(look.red, 31);
    assert_int_equal(look.green, 16);
    assert_int_equal(look.blue, 0);
}

static void hashes_that_cannot_be_are_refused(void **state)
{
    struct img_perceptual hash;
    struct img_look look;
    (void)state;
    memset(&hash, 0, sizeof hash);
    assert_true(img_perceptual_look(&hash, &look));
    assert_int_equal(look.details, IMG_PERCEPTUAL_COEFFICIENTS);
    hash.bytes[0] = 1; /* positive and negative */
    assert_false(img_perceptual_look(&hash, &look));
    hash.bytes[0] = 0;
    hash.bytes[2 * IMG_PERCEPTUAL_PLANE - 1] = 0x80; /* the 120th coefficient */
    assert_false(img_perceptual_look(&hash, &look));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_have_one_hash_in_any_order),
        cmocka_unit_test(equal_rows_are_not_interchangeable),
        cmocka_unit_test(shrunk_pixels_are_not_whole_ones),
        cmocka_unit_test(turned_pictures_have_turned_looks),
        cmocka_unit_test(noise_is_near_and_other_pictures_far),
        cmocka_unit_test(flat_pictures_have_a_colour_and_no_details),
        cmocka_unit_test(hashes_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
