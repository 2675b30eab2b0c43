/* What the tokenizers need to know of Unicode: classes, lower case, composition (NFC). */
#ifndef IMG_TEXT_CHARS_H
#define IMG_TEXT_CHARS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"

/* The character at a place of a valid text: its length in bytes, 0 at the end. text may be NULL
 * when it is empty. */
static inline size_t img_text_next(const char *text, size_t len, size_t at, uint32_t *code_point)
{
    return at < len ? img_utf8_decode(text + at, len - at, code_point) : 0;
}

enum img_char_class { IMG_CHAR_SPACE, IMG_CHAR_LETTER, IMG_CHAR_NUMBER, IMG_CHAR_OTHER };

/* \s (White_Space), \p{L}, \p{N} of a regular expression, or none of them. */
enum img_char_class img_char_class(uint32_t code_point);

/* A C1 control as what Windows-1252 has in its place, which is what browsers make of it; what that
 * leaves free, and all others, as they are. */
uint32_t img_char_windows_1252(uint32_t code_point);

/* \d: a decimal digit of any script. */
bool img_char_is_digit(uint32_t code_point);

/* All of these take valid UTF-8 and append to out; out's own state tells whether there was room. */

/* Canonical composition (Unicode Standard Annex 15). Linear but for long runs of marks, where it
 * is linear per combining class. unicode_9: as the tokenizers library does it, whose table ends
 * there (younger marks are put in no order). */
IMG_CHECKED bool img_text_compose(const char *text, size_t len, bool unicode_9,
                                  struct img_buf *out, struct img_err *err);

/* Lower case letter by letter, as Rust's char::to_lowercase: no rule looks at neighbours. */
void img_text_lower(const char *text, size_t len, struct img_buf *out);

/* Lower case as Python's str.lower: a capital sigma at the end of a word becomes a final one. */
void img_text_lower_words(const char *text, size_t len, struct img_buf *out);

/* Upper case as Python's str.upper, for what an HTML name can stand for. */
void img_text_upper(const char *text, size_t len, struct img_buf *out);

/* The character's compatibility decomposition (NFKD). */
void img_char_put_compatible(uint32_t code_point, struct img_buf *out);

#endif
