/* Base64, RFC 4648 section 4: the standard alphabet, padded, no line breaks. */
#ifndef IMG_JSON_BASE64_H
#define IMG_JSON_BASE64_H

#include <stddef.h>

#include "base/buf.h"

void img_base64_encode(struct img_buf *out, const void *bytes, size_t len);

/* Bytes that text of that length may decode to, at most. */
size_t img_base64_room(size_t text_len);

/* Decodes to out, which has img_base64_room(len) bytes. Strict: a foreign character, missing
 * padding or bits set in the last digit that no byte uses are BAD_RECORD. */
IMG_CHECKED bool img_base64_decode(const char *text, size_t len, unsigned char *out,
                                   size_t *out_len, struct img_err *err);

#endif
