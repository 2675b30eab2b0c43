/* A text in lower case, cut into CLIP's words. */
#ifndef IMG_TEXT_WORDS_H
#define IMG_TEXT_WORDS_H

#include <stddef.h>

#include "text/tokenizer.h"

enum img_word_kind { IMG_WORD_BYTES, IMG_WORD_START, IMG_WORD_END };

struct img_word {
    const char *text;
    size_t len;
    enum img_word_kind kind; /* START, END: the word is that token as it is */
};

/* Where cutting stands. */
struct img_words {
    enum img_tokenizer_family family;
    const char *text;
    size_t len, at;
    size_t rest; /* bytes of a word that is handed out in parts */
};

/* The next word; false at the end. The expression, in both families:
 *     start | end | 's|'t|'re|'ve|'m|'ll|'d | [\p{L}]+ | [\p{N}] | [^\s\p{L}\p{N}]+  */
bool img_words_next(struct img_words *words, struct img_word *word);

#endif
