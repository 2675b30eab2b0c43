/* Conversions to RGB, one function a kind of sample. */
#include "decode/convert.h"

#include <string.h>

/* a * b / 255, rounded, as Pillow computes it. */
static uint8_t scaled(unsigned a, unsigned b)
{
    unsigned product = a * b + 128;
    return (uint8_t)(((product >> 8) + product) >> 8);
}

void img_compose(uint8_t *rgb, uint8_t alpha, uint32_t background)
{
    for (unsigned i = 0; i < 3; i++) {
        unsigned under = background >> (16 - 8 * i) & 0xff;
        rgb[i] = (uint8_t)((rgb[i] * (unsigned)alpha + under * (255U - alpha) + 127) / 255);
    }
}

static void grey(uint8_t *rgb, uint8_t value)
{
    rgb[0] = value;
    rgb[1] = value;
    rgb[2] = value;
}

static void from_grey8(const uint8_t *in, uint32_t bands, uint32_t width, uint8_t *out)
{
    for (uint32_t x = 0; x < width; x++)
        grey(out + (size_t)x * 3, in[(size_t)x * bands]);
}

/* 16 bits become 8 by dropping the lower ones, as they do in colour pictures; Pillow instead clips
 * 16-bit grey without alpha at 255. */
static void from_grey16(const uint16_t *in, const struct img_layout *layout, bool scale,
                        uint32_t width, uint8_t *out)
{
    unsigned shift = layout->bits > 8 ? layout->bits - 8 : 0;
    for (uint32_t x = 0; x < width; x++) {
        unsigned value = in[(size_t)x * layout->bands];
        if (layout->inverted && !scale)
            value = 65535 - value;
        value = scale || !layout->clips ? value >> shift : value;
        grey(out + (size_t)x * 3, (uint8_t)(value > 255 ? 255 : value));
    }
}

static void from_int16(const int16_t *in, uint32_t bands, uint32_t width, uint8_t *out)
{
    for (uint32_t x = 0; x < width; x++) {
        int16_t value = in[(size_t)x * bands];
        grey(out + (size_t)x * 3, (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value));
    }
}

static void from_int32(const int32_t *in, uint32_t bands, uint32_t width, uint8_t *out)
{
    for (uint32_t x = 0; x < width; x++) {
        int32_t value = in[(size_t)x * bands];
        grey(out + (size_t)x * 3, (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value));
    }
}

static void from_float32(const float *in, uint32_t bands, uint32_t width, uint8_t *out)
{
    for (uint32_t x = 0; x < width; x++) {
        float value = in[(size_t)x * bands];
        grey(out + (size_t)x * 3, value >= 255.0F ? 255 : value > 0.0F ? (uint8_t)value : 0);
    }
}

static void from_rgb8(const uint8_t *in, uint32_t bands, uint32_t width, uint8_t *out)
{
    if (bands == 3) {
        memcpy(out, in, (size_t)width * 3);
        return;
    }
    for (uint32_t x = 0; x < width; x++)
        memcpy(out + (size_t)x * 3, in + (size_t)x * bands, 3);
}

static void from_rgb16(const uint16_t *in, uint32_t bands, uint32_t width, uint8_t *out)
{
    for (uint32_t x = 0; x < width; x++)
        for (uint32_t i = 0; i < 3; i++)
            out[(size_t)x * 3 + i] = (uint8_t)(in[(size_t)x * bands + i] >> 8);
}

static void ink(uint8_t *rgb, const uint8_t cmyk[4])
{
    int light = 255 - cmyk[3];
    for (unsigned i = 0; i < 3; i++) {
        int value = light - scaled(cmyk[i], (unsigned)light);
        rgb[i] = (uint8_t)(value < 0 ? 0 : value);
    }
}

static void from_cmyk8(const uint8_t *in, uint32_t bands, uint32_t width, uint8_t *out)
{
    for (uint32_t x = 0; x < width; x++)
        ink(out + (size_t)x * 3, in + (size_t)x * bands);
}

static void from_cmyk16(const uint16_t *in, uint32_t bands, uint32_t width, uint8_t *out)
{
    for (uint32_t x = 0; x < width; x++) {
        uint8_t cmyk[4];
        for (unsigned i = 0; i < 4; i++)
            cmyk[i] = (uint8_t)(in[(size_t)x * bands + i] >> 8);
        ink(out + (size_t)x * 3, cmyk);
    }
}

/* Only 8- and 16-bit samples have an alpha. */
static uint8_t alpha_at(const struct img_layout *layout, const void *in, uint32_t x)
{
    bool wide = layout->samples == IMG_SAMPLES_GREY16 || layout->samples == IMG_SAMPLES_RGB16 ||
                layout->samples == IMG_SAMPLES_CMYK16;
    const uint8_t *bytes = in;
    const uint16_t *words = in; /* libvips aligns rows */
    size_t at = (size_t)x * layout->bands + layout->alpha;
    return wide ? (uint8_t)(words[at] >> 8) : bytes[at];
}

void img_convert_alpha(const struct img_layout *layout, const void *in, uint32_t width,
                       uint8_t *out)
{
    for (uint32_t x = 0; x < width; x++)
        out[x] = layout->alpha ? alpha_at(layout, in, x) : 255;
}

void img_convert_row(const struct img_layout *layout, const struct img_prep *prep, const void *in,
                     uint32_t width, uint8_t *out)
{
    switch (layout->samples) {
    case IMG_SAMPLES_GREY8:
        from_grey8(in, layout->bands, width, out);
        break;
    case IMG_SAMPLES_GREY16:
        from_grey16(in, layout, prep->scale_16bit, width, out);
        break;
    case IMG_SAMPLES_INT16:
        from_int16(in, layout->bands, width, out);
        break;
    case IMG_SAMPLES_INT32:
        from_int32(in, layout->bands, width, out);
        break;
    case IMG_SAMPLES_FLOAT32:
        from_float32(in, layout->bands, width, out);
        break;
    case IMG_SAMPLES_RGB8:
        from_rgb8(in, layout->bands, width, out);
        break;
    case IMG_SAMPLES_RGB16:
        from_rgb16(in, layout->bands, width, out);
        break;
    case IMG_SAMPLES_CMYK8:
        from_cmyk8(in, layout->bands, width, out);
        break;
    case IMG_SAMPLES_CMYK16:
        from_cmyk16(in, layout->bands, width, out);
        break;
    }
    if (prep->has_background && layout->alpha)
        for (uint32_t x = 0; x < width; x++)
            img_compose(out + (size_t)x * 3, alpha_at(layout, in, x), prep->background);
}
