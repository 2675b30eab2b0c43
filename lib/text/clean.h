/* What open_clip does to a text before it looks for words. */
#ifndef IMG_TEXT_CLEAN_H
#define IMG_TEXT_CLEAN_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* ftfy's fix_text, HTML unescaping twice, lower case. Appends to out; white space is left as it is,
 * since no word contains any. text is valid UTF-8. Fails with BAD_TEXT (entities nested too deep)
 * or OUT_OF_MEMORY.
 *
 * Reference: ftfy 6.3's fix_text with its defaults, less the repair of mojibake (fix_encoding). */
IMG_CHECKED bool img_text_clean(const char *text, size_t len, struct img_buf *out,
                                struct img_err *err);

#endif
