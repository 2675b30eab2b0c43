/* Black pictures of our own, for what must be seen to be decoded. */
#ifndef IMG_DECODE_SAMPLES_H
#define IMG_DECODE_SAMPLES_H

#include "meta/container.h"

extern const struct img_block img_sample_png;  /* 8 by 8 pixels */
extern const struct img_block img_sample_avif; /* the same */
extern const struct img_block img_sample_heic; /* 64 by 64, HEVC */

#endif
