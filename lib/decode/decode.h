/* Inside img-decode: bytes in, the model's square of pixels out.
 *
 * Gives, byte for byte, what Pillow and the reference's image processor give for the same bytes. */
#ifndef IMG_DECODE_DECODE_H
#define IMG_DECODE_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "image/picture.h"

/* Once a process, before any picture: starts libvips without threads of its own, caches off, log
 * quiet, every loader blocked that is not one of ours. */
IMG_CHECKED bool img_decode_begin(struct img_err *err);

/* Before the first PDF, and before the fence: its decoder is not loaded for those who want none. */
void img_decode_load_pdf(void);

/* Decodes bytes and writes the preprocessed picture to out: [prep->size, prep->size, 3] 8-bit RGB,
 * the caller's. info is filled as far as things got, also on failure. Scratch comes from arena.
 * Fails with NOT_AN_IMAGE, UNSUPPORTED_FORMAT, TRUNCATED, TOO_MANY_PIXELS, NO_SUCH_PAGE or
 * OUT_OF_MEMORY. */
IMG_CHECKED bool img_decode(const uint8_t *bytes, size_t len, const struct img_prep *prep,
                            struct img_arena *arena, uint8_t *out, struct img_info *info,
                            struct img_err *err);

#endif
