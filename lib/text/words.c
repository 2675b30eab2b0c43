/* CLIP's regular expression by hand. The families differ at its edges: open_clip ignores case, so
 * that a long s is an s, and knows its start and end token by other names; in the Hugging Face one
 * a second expression (GPT-2's) cuts what looks like one into three. */
#include "text/words.h"

#include <string.h>

#include "base/utf8.h"
#include "text/chars.h"

enum { YPOGEGRAMMENI = 0x345 };

/* Length of literal at text, or 0. folded: a long s counts as s. */
static size_t match(const char *text, size_t len, const char *literal, bool folded)
{
    size_t at = 0;
    for (; *literal != '\0'; literal++) {
        if (at < len && text[at] == *literal)
            at++;
        else if (folded && *literal == 's' && len - at >= 2 && memcmp(text + at, "\u017F", 2) == 0)
            at += 2;
        else
            return 0;
    }
    return at;
}

static size_t match_special(const struct img_words *words, struct img_word *word)
{
    const char *text = words->text + words->at;
    size_t len = words->len - words->at;
    if (words->family == IMG_TOKENIZER_HF) {
        size_t n = match(text, len, "<|startoftext|>", false);
        return n > 0 ? n : match(text, len, "<|endoftext|>", false);
    }
    static const char start[] = "<start_of_text>", end[] = "<end_of_text>";
    size_t n = match(text, len, start, true);
    if (n > 0) {
        word->kind = n == strlen(start) ? IMG_WORD_START : IMG_WORD_BYTES;
        return n;
    }
    n = match(text, len, end, true);
    if (n > 0)
        word->kind = IMG_WORD_END;
    return n;
}

static size_t match_contraction(const struct img_words *words)
{
    static const char *const endings[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t n = match(words->text + words->at, words->len - words->at, endings[i],
                         words->family == IMG_TOKENIZER_OPEN_CLIP);
        if (n > 0)
            return n;
    }
    return 0;
}

static enum img_char_class class_of(const struct img_words *words, uint32_t cp)
{
    /* one mark whose capital is a letter: ignoring case it is in no class, and separates */
    if (cp == YPOGEGRAMMENI && words->family == IMG_TOKENIZER_OPEN_CLIP)
        return IMG_CHAR_SPACE;
    return img_char_class(cp);
}

/* Length of the run of characters of one class from at on, a number being alone. */
static size_t match_class(const struct img_words *words, enum img_char_class class)
{
    size_t at = words->at;
    uint32_t cp = 0;
    for (size_t step; (step = img_text_next(words->text, words->len, at, &cp)) > 0;) {
        if (class_of(words, cp) != class)
            break;
        at += step;
        if (class == IMG_CHAR_NUMBER)
            break;
    }
    return at - words->at;
}

/* Parts of "<|…|>": two signs, the letters, two signs. */
static size_t next_part(struct img_words *words)
{
    size_t part = words->text[words->at] == '<' || words->rest == 2 ? 2 : words->rest - 2;
    words->rest -= part;
    return part;
}

bool img_words_next(struct img_words *words, struct img_word *word)
{
    uint32_t cp = 0;
    size_t step = 0, n = 0;
    *word = (struct img_word){.kind = IMG_WORD_BYTES};
    if (words->rest > 0) {
        n = next_part(words);
    } else {
        while ((step = img_text_next(words->text, words->len, words->at, &cp)) > 0 &&
               class_of(words, cp) == IMG_CHAR_SPACE)
            words->at += step;
        if (step == 0)
            return false;
        n = cp == '<' ? match_special(words, word) : 0;
        if (n > 0 && words->family == IMG_TOKENIZER_HF) {
            words->rest = n;
            n = next_part(words);
        }
        if (n == 0 && cp == '\'')
            n = match_contraction(words);
        if (n == 0)
            n = match_class(words, class_of(words, cp));
    }
    word->text = words->text + words->at;
    word->len = n;
    words->at += n;
    return true;
}
