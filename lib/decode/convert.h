/* Pixels of other modes to 8-bit RGB, by the rules of Pillow's Image.convert("RGB"). */
#ifndef IMG_DECODE_CONVERT_H
#define IMG_DECODE_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/picture.h"

enum img_samples {
    IMG_SAMPLES_GREY8,
    IMG_SAMPLES_GREY16,  /* native order */
    IMG_SAMPLES_INT16,   /* I: clipped to 0..255 */
    IMG_SAMPLES_INT32,   /* I: clipped to 0..255 */
    IMG_SAMPLES_FLOAT32, /* F: clipped, cut */
    IMG_SAMPLES_RGB8,
    IMG_SAMPLES_RGB16, /* native order; the high byte is taken */
    IMG_SAMPLES_CMYK8, /* 0 is no ink */
    IMG_SAMPLES_CMYK16,
};

/* How a decoder's pixels lie in memory. */
struct img_layout {
    enum img_samples samples;
    uint32_t bands;    /* a pixel, alpha and surplus ones included */
    uint32_t alpha;    /* index of the alpha band, 0 when there is none */
    uint32_t bits;     /* GREY16: significant bits */
    bool clips;        /* GREY16: Pillow's I;16, which it clips at 255 unless scale_16bit */
    bool inverted;     /* GREY16: 0 is white and Pillow takes no notice */
};

/* One row of width pixels to [width, 3]. Alpha is dropped unless prep has a background. */
void img_convert_row(const struct img_layout *layout, const struct img_prep *prep, const void *in,
                     uint32_t width, uint8_t *out);

/* The row's alpha, 8 bits; 255 where the layout has none. */
void img_convert_alpha(const struct img_layout *layout, const void *in, uint32_t width,
                       uint8_t *out);

/* value over background by alpha, rounded: for decoders that make their own rows. */
void img_compose(uint8_t *rgb, uint8_t alpha, uint32_t background);

#endif
