/* Globs on texts: * is anything, also nothing and also slashes, ? is one character, [a-z] and
 * [!a-z] one of, or none of, some, \ takes the next character as it is. */
#ifndef IMG_QUERY_GLOB_H
#define IMG_QUERY_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the whole text matches. Characters are UTF-8's; bytes that are none stand for
 * themselves. A [ that nothing closes is itself. Takes time pattern_len * len at most. */
bool img_glob_matches(const char *pattern, size_t pattern_len, const char *text, size_t len);

#endif
