/* merges.txt, and the vocabulary that follows from it. */
#include <string.h>

#include "base/utf8.h"
#include "text/read.h"

static bool is_printable(unsigned byte)
{
    return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

uint32_t img_byte_symbol(unsigned char byte)
{
    if (is_printable(byte))
        return byte;
    uint32_t before = 0;
    for (unsigned i = 0; i < byte; i++)
        before += !is_printable(i);
    return 256 + before;
}

/* Takes the next line that has something off the file. False at its end. */
static bool next_line(const char **at, size_t *left, const char **line, size_t *len)
{
    while (*left > 0) {
        const char *newline = memchr(*at, '\n', *left);
        size_t whole = newline == NULL ? *left : (size_t)(newline - *at);
        size_t used = newline == NULL ? whole : whole + 1;
        *line = *at;
        *len = whole > 0 && (*at)[whole - 1] == '\r' ? whole - 1 : whole;
        *at += used;
        *left -= used;
        if (*len > 0 && !(*len >= 8 && memcmp(*line, "#version", 8) == 0))
            return true;
    }
    return false;
}

static bool take_merge(struct img_vocab *vocab, const char *line, size_t len, bool makes_token,
                       struct img_err *err)
{
    const char *space = memchr(line, ' ', len);
    size_t left = space == NULL ? len : (size_t)(space - line);
    size_t right = space == NULL ? 0 : len - left - 1;
    if (left == 0 || right == 0 || memchr(space + 1, ' ', right) != NULL)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "merge %u is not two tokens",
                           vocab->rule_count + 1);
    if (makes_token) {
        struct img_buf both = {0};
        img_buf_put(&both, line, left);
        img_buf_put(&both, space + 1, right);
        bool ok = img_buf_ok(&both, err) &&
                  img_vocab_put(vocab, both.data, both.len, vocab->count, err);
        img_buf_clear(&both);
        if (!ok)
            return false;
    }
    return img_vocab_merge(vocab, line, left, space + 1, right, err);
}

static bool take_merges(struct img_vocab *vocab, const char *bytes, size_t len, bool make_tokens,
                        struct img_err *err)
{
    const char *line = NULL;
    size_t line_len = 0;
    while (next_line(&bytes, &len, &line, &line_len))
        if (!take_merge(vocab, line, line_len, make_tokens, err))
            return false;
    return true;
}

bool img_read_merges(struct img_vocab *vocab, const char *bytes, size_t len, struct img_err *err)
{
    return take_merges(vocab, bytes, len, false, err);
}

/* The printable bytes first, then the others, as CLIP numbers them. */
static bool put_symbols(struct img_vocab *vocab, const char *mark, struct img_err *err)
{
    struct img_buf symbol = {0};
    bool ok = true;
    for (unsigned i = 0; ok && i < 512; i++) {
        unsigned byte = i % 256;
        if (is_printable(byte) != (i < 256))
            continue;
        img_buf_reset(&symbol);
        img_utf8_put(&symbol, img_byte_symbol((unsigned char)byte));
        img_buf_puts(&symbol, mark);
        ok = img_buf_ok(&symbol, err) &&
             img_vocab_put(vocab, symbol.data, symbol.len, vocab->count, err);
    }
    img_buf_clear(&symbol);
    return ok;
}

bool img_read_merges_alone(struct img_vocab *vocab, const char *bytes, size_t len,
                           struct img_err *err)
{
    const char *at = bytes, *line = NULL;
    size_t left = len, line_len = 0, lines = 0;
    while (next_line(&at, &left, &line, &line_len))
        lines++;
    if (lines + 514 != vocab->vocab_size)
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "makes a vocabulary of %zu tokens, but the model's vocab_size is %u",
                           lines + 514, vocab->vocab_size);
    return put_symbols(vocab, "", err) && put_symbols(vocab, IMG_WORD_MARK, err) &&
           take_merges(vocab, bytes, len, true, err) &&
           img_vocab_put(vocab, IMG_TOKEN_START, strlen(IMG_TOKEN_START), vocab->count, err) &&
           img_vocab_put(vocab, IMG_TOKEN_END, strlen(IMG_TOKEN_END), vocab->count, err);
}
