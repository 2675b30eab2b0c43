/* Matching by going back to the last * only, which is enough when * matches everything. */
#include "query/glob.h"

#include <string.h>

#include "base/utf8.h"

struct cursor {
    const char *at, *end;
};

/* The next character; a byte that begins none counts as one beyond Unicode. */
static uint32_t next(struct cursor *c)
{
    uint32_t code;
    size_t step = img_utf8_decode(c->at, (size_t)(c->end - c->at), &code);
    if (step == 0) {
        code = 0x110000u + (unsigned char)*c->at;
        step = 1;
    }
    c->at += step;
    return code;
}

static uint32_t next_escaped(struct cursor *c)
{
    if (*c->at == '\\' && c->at + 1 < c->end)
        c->at++;
    return next(c);
}

/* Behind the [: whether c is among the set, whose end pattern is moved to. A ] that comes first
 * is one of the set. False in *closed when nothing closes it. */
static bool in_set(struct cursor *pattern, uint32_t c, bool *closed)
{
    bool not = pattern->at < pattern->end && (*pattern->at == '!' || *pattern->at == '^');
    bool found = false, first = true;
    if (not)
        pattern->at++;
    for (; pattern->at < pattern->end && (first || *pattern->at != ']'); first = false) {
        uint32_t low = next_escaped(pattern), high = low;
        if (pattern->end - pattern->at >= 2 && pattern->at[0] == '-' && pattern->at[1] != ']') {
            pattern->at++;
            high = next_escaped(pattern);
        }
        found = found || (low <= c && c <= high);
    }
    *closed = pattern->at < pattern->end;
    if (*closed)
        pattern->at++;
    return found != not;
}

/* One character of the text against what pattern has at its place; both are moved behind it. */
static bool match_one(struct cursor *pattern, struct cursor *text)
{
    uint32_t c = next(text);
    bool closed;
    if (*pattern->at == '?') {
        pattern->at++;
        return true;
    }
    if (*pattern->at == '[') {
        struct cursor set = {pattern->at + 1, pattern->end};
        bool found = in_set(&set, c, &closed);
        if (closed) {
            *pattern = set;
            return found;
        }
    }
    return next_escaped(pattern) == c;
}

bool img_glob_matches(const char *pattern_text, size_t pattern_len, const char *bytes, size_t len)
{
    struct cursor pattern = {pattern_text, pattern_text + pattern_len};
    struct cursor text = {bytes, bytes + len};
    struct cursor star = {NULL, NULL}, resume = text; /* behind the last *, what it stands for */
    while (text.at < text.end) {
        if (pattern.at < pattern.end && *pattern.at == '*') {
            pattern.at++;
            star = pattern;
            resume = text;
        } else if (!(pattern.at < pattern.end && match_one(&pattern, &text))) {
            if (!star.at)
                return false;
            (void)next(&resume);
            pattern = star;
            text = resume;
        }
    }
    while (pattern.at < pattern.end && *pattern.at == '*')
        pattern.at++;
    return pattern.at == pattern.end;
}
