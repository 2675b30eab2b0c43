/* HTML's named character references: the data behind html.c. */
#ifndef IMG_TEXT_HTML_NAMES_H
#define IMG_TEXT_HTML_NAMES_H

#include <stdint.h>

enum { IMG_HTML_NAMES = 2231 };

/* Where each begins in img_html_names, and where the last ends. */
extern const uint16_t img_html_starts[IMG_HTML_NAMES + 1];

/* A name is letters and digits, mostly with a semicolon; what follows up to the next start is the
 * text it stands for, which begins with a letter or digit only where the name has the semicolon. */
extern const char img_html_names[];

#endif
