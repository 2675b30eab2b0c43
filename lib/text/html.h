/* HTML character references, the way Python's html module and ftfy read them. */
#ifndef IMG_TEXT_HTML_H
#define IMG_TEXT_HTML_H

#include <stddef.h>

#include "base/buf.h"

/* Python's html.unescape: HTML 5's rules, names without semicolon included. */
void img_html_unescape(const char *text, size_t len, struct img_buf *out);

/* ftfy's unescape_html: with semicolon only, and also names in capitals ("&EACUTE;"). */
void img_html_unescape_strict(const char *text, size_t len, struct img_buf *out);

#endif
