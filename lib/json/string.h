/* JSON strings, RFC 8259 section 7, both ways. */
#ifndef IMG_JSON_STRING_H
#define IMG_JSON_STRING_H

#include <stddef.h>

#include "base/buf.h"

/* Appends a quoted string. Valid UTF-8 is kept as it is (so are U+2028 and U+007F); control
 * characters, '"' and '\' are escaped; a byte that is not UTF-8 becomes U+FFFD. */
void img_json_put_string(struct img_buf *out, const char *bytes, size_t len);

/* The same for NUL-terminated text; NULL is null. */
void img_json_put_text(struct img_buf *out, const char *text);

/* Appends the characters of a quoted string [len bytes, quotes included] that is already known to
 * be well formed. Fails with BAD_RECORD on half a surrogate pair, which stands for no text, and
 * with OUT_OF_MEMORY. */
IMG_CHECKED bool img_json_unquote(const char *quoted, size_t len, struct img_buf *out,
                                  struct img_err *err);

#endif
