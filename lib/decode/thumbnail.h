/* Inside img-decode: bytes in, a small whole picture for people out. */
#ifndef IMG_DECODE_THUMBNAIL_H
#define IMG_DECODE_THUMBNAIL_H

#include "base/buf.h"
#include "decode/decode.h"

/* Makes the whole picture fit a square of prep->size (at most IMG_THUMBNAIL_MAX; prep->crop is
 * IMG_CROP_NONE) without enlarging it, and appends it to out: pixels [rows, columns, 3], or a JPEG
 * file without metadata. info is filled as far as things got. Fails as img_decode() does. */
IMG_CHECKED bool img_decode_thumbnail(const uint8_t *bytes, size_t len,
                                      const struct img_prep *prep, bool jpeg,
                                      struct img_arena *arena, struct img_buf *out,
                                      struct img_extent *extent, struct img_info *info,
                                      struct img_err *err);

#endif
