/* Black pictures of our own, for what must be seen to be decoded. */
#ifndef IMG_DECODE_SAMPLES_H
#define IMG_DECODE_SAMPLES_H

#include <stdbool.h>

#include "meta/container.h"

extern const struct img_block img_sample_png;  /* 8 by 8 pixels */
extern const struct img_block img_sample_avif; /* the same */
extern const struct img_block img_sample_heic; /* 64 by 64, HEVC */

/* Decodes a sample to a small square that nobody looks at; max_pixels as in struct img_prep: with 1
 * only its head is read. Whether that worked: a machine's libraries may lack the codec. */
bool img_sample_decode(struct img_block sample, uint64_t max_pixels);

#endif
