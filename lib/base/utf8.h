/* UTF-8 as Unicode 15 defines it: no surrogates, no overlong forms, nothing above U+10FFFF. */
#ifndef IMG_BASE_UTF8_H
#define IMG_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Decodes one code point. Returns its length in bytes, or 0 when bytes do not start with a valid
 * sequence (or len is 0). */
size_t img_utf8_decode(const char *bytes, size_t len, uint32_t *code_point);

/* Length of the longest valid prefix. */
size_t img_utf8_valid_prefix(const char *bytes, size_t len);

bool img_utf8_valid(const char *bytes, size_t len);

/* Appends code_point (which must be a valid scalar value). */
void img_utf8_put(struct img_buf *out, uint32_t code_point);

#endif
