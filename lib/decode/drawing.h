/* Drawings: SVG and PDF. */
#ifndef IMG_DECODE_DRAWING_H
#define IMG_DECODE_DRAWING_H

#include <vips/vips.h>

#include "decode/decoders.h"

/* Fills info's size, as the drawing itself has it (pixels at 96 dots an inch for SVG, at 72 for PDF),
 * and gives the drawing at the size the model wants, or as it is when only the head is. 0, or -1 with
 * libvips' error set. */
int img_drawing_load(const struct img_job *job, VipsImage **image);

/* White, where no background is asked for. */
void img_drawing_paper(struct img_prep *prep);

#endif
