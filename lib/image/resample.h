/* Antialiased bicubic resampling to a crop, byte for byte as Pillow's Image.resize does it for 8-bit
 * pictures: horizontally, then vertically, 8 bits between, integer coefficients of 22 bits.
 *
 * Rows are pushed as a decoder yields them, in any order, so that a picture never has to lie in
 * memory whole. Only the columns and rows that the crop looks at cost anything. */
#ifndef IMG_IMAGE_RESAMPLE_H
#define IMG_IMAGE_RESAMPLE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "image/crop.h"

/* One direction: what each of size outputs is made of. */
struct img_resample_axis {
    bool needed;       /* else the output is the input's stretch from first[0] on */
    uint32_t taps;     /* most inputs an output looks at */
    uint32_t *first;   /* [size] first input of each output */
    uint32_t *count;   /* [size] inputs of each output */
    int32_t *weights;  /* [size, taps] */
    uint32_t begin;    /* inputs needed by any output: [begin, end) */
    uint32_t end;
};

struct img_resample {
    uint32_t width, height; /* of the source */
    uint32_t columns, rows; /* of the crop */
    struct img_resample_axis across, down;
    int32_t *across_rgb; /* [columns, stride_rgb]: across.weights for interleaved RGB, zero-padded */
    uint32_t stride_rgb;
    uint32_t stride;     /* samples a row in middle */
    uint16_t *wide;      /* [width, 3] and slack: the source row, widened for the vector units */
    uint16_t *middle;    /* [down.end - down.begin, stride], 8-bit values */
    uint8_t *line;       /* [stride], scratch */
};

/* Prepares for a source of width by height. Memory comes from arena. Fails with OUT_OF_MEMORY. */
IMG_CHECKED bool img_resample_init(struct img_resample *resample, uint32_t width, uint32_t height,
                                   const struct img_crop_box *box, struct img_arena *arena,
                                   struct img_err *err);

/* Row y of the source: [width, 3] bytes. */
void img_resample_row(struct img_resample *resample, uint32_t y, const uint8_t *rgb);

/* The crop, [rows, columns, 3]. Rows that never came count as black. */
void img_resample_finish(struct img_resample *resample, uint8_t *out);

#endif
