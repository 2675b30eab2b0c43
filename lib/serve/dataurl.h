/* data: URLs, RFC 2397: a picture in a string. */
#ifndef IMG_SERVE_DATAURL_H
#define IMG_SERVE_DATAURL_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* Whether text begins with "data:" (in any case). */
bool img_dataurl_is(const char *text, size_t len);

/* bytes [bytes_len] in arena; the media type is not looked at. Fails with BAD_RECORD or
 * OUT_OF_MEMORY. */
IMG_CHECKED bool img_dataurl_read(const char *text, size_t len, struct img_arena *arena,
                                  const unsigned char **bytes, size_t *bytes_len,
                                  struct img_err *err);

/* The same for a string that is a data: URL or plain base64. */
IMG_CHECKED bool img_dataurl_or_base64(const char *text, size_t len, struct img_arena *arena,
                                       const unsigned char **bytes, size_t *bytes_len,
                                       struct img_err *err);

#endif
