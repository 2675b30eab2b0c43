/* A state machine over RFC 8259's grammar: what may come next is one of five expectations, and the
 * stack of open brackets has a fixed depth, so hostile nesting costs nothing. */
#include "json/pull.h"

#include <string.h>

#include "base/utf8.h"

enum expectation {
    EXPECT_VALUE,
    EXPECT_VALUE_OR_END,
    EXPECT_KEY,
    EXPECT_KEY_OR_END,
    EXPECT_COMMA_OR_END,
    EXPECT_NOTHING,
};

void img_pull_init(struct img_pull *pull, const char *bytes, size_t len, struct img_buf *scratch)
{
    *pull = (struct img_pull){.bytes = bytes, .len = len, .scratch = scratch};
}

static bool wrong(const struct img_pull *pull, const char *what, struct img_err *err)
{
    if (pull->at >= pull->len)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "JSON ends too early, at byte %zu", pull->len);
    return img_err_set(err, IMG_ERR_BAD_RECORD, "%s at byte %zu", what, pull->at);
}

static void skip_space(struct img_pull *pull)
{
    while (pull->at < pull->len) {
        char c = pull->bytes[pull->at];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            break;
        pull->at++;
    }
}

/* What may follow a complete value. */
static void after_value(struct img_pull *pull)
{
    pull->expect = pull->depth == 0 ? EXPECT_NOTHING : EXPECT_COMMA_OR_END;
}

static bool take_hex(struct img_pull *pull, uint32_t *unit, struct img_err *err)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char c = pull->at < pull->len ? pull->bytes[pull->at] : '\0';
        uint32_t digit = 0;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            digit = (uint32_t)(c - 'A' + 10);
        else
            return wrong(pull, "a \\u escape without four hex digits", err);
        value = value << 4 | digit;
        pull->at++;
    }
    *unit = value;
    return true;
}

static bool take_unicode(struct img_pull *pull, struct img_err *err)
{
    uint32_t unit = 0;
    if (!take_hex(pull, &unit, err))
        return false;
    if (unit >= 0xD800 && unit < 0xDC00) {
        uint32_t low = 0;
        if (pull->len - pull->at < 2 || memcmp(pull->bytes + pull->at, "\\u", 2) != 0)
            return wrong(pull, "half a surrogate pair", err);
        pull->at += 2;
        if (!take_hex(pull, &low, err))
            return false;
        if (low < 0xDC00 || low >= 0xE000)
            return wrong(pull, "half a surrogate pair", err);
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    } else if (unit >= 0xDC00 && unit < 0xE000) {
        return wrong(pull, "half a surrogate pair", err);
    }
    img_utf8_put(pull->scratch, unit);
    return true;
}

static bool take_escape(struct img_pull *pull, struct img_err *err)
{
    static const char codes[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    char c = pull->at < pull->len ? pull->bytes[pull->at] : '\0';
    if (c == 'u') {
        pull->at++;
        return take_unicode(pull, err);
    }
    const char *code = c == '\0' ? NULL : strchr(codes, c);
    if (code == NULL)
        return wrong(pull, "an unknown escape", err);
    img_buf_putc(pull->scratch, values[code - codes]);
    pull->at++;
    return true;
}

/* Length of the run from at that needs no unescaping, checked as UTF-8. */
static bool plain_run(struct img_pull *pull, size_t *run, struct img_err *err)
{
    size_t start = pull->at;
    while (pull->at < pull->len) {
        unsigned char c = (unsigned char)pull->bytes[pull->at];
        if (c == '"' || c == '\\')
            break;
        if (c < 0x20)
            return wrong(pull, "a control character in a string", err);
        uint32_t code_point = 0;
        size_t step = c < 0x80 ? 1
                               : img_utf8_decode(pull->bytes + pull->at, pull->len - pull->at,
                                                 &code_point);
        if (step == 0)
            return wrong(pull, "invalid UTF-8", err);
        pull->at += step;
    }
    if (pull->at >= pull->len)
        return wrong(pull, "", err);
    *run = pull->at - start;
    return true;
}

/* at stands on the opening quote. */
static bool take_string(struct img_pull *pull, struct img_pull_event *event, struct img_err *err)
{
    size_t run = 0;
    size_t start = ++pull->at;
    if (!plain_run(pull, &run, err))
        return false;
    if (pull->bytes[pull->at] == '"') {
        event->text = pull->bytes + start;
        event->len = run;
        pull->at++;
        return true;
    }
    img_buf_reset(pull->scratch);
    img_buf_put(pull->scratch, pull->bytes + start, run);
    while (pull->bytes[pull->at] != '"') {
        pull->at++;
        if (!take_escape(pull, err))
            return false;
        start = pull->at;
        if (!plain_run(pull, &run, err))
            return false;
        img_buf_put(pull->scratch, pull->bytes + start, run);
    }
    pull->at++;
    if (!img_buf_ok(pull->scratch, err))
        return false;
    event->text = pull->scratch->data == NULL ? "" : pull->scratch->data;
    event->len = pull->scratch->len;
    return true;
}

static size_t digits(const struct img_pull *pull, size_t at)
{
    size_t n = 0;
    while (at + n < pull->len && pull->bytes[at + n] >= '0' && pull->bytes[at + n] <= '9')
        n++;
    return n;
}

static bool take_number(struct img_pull *pull, struct img_pull_event *event, struct img_err *err)
{
    size_t start = pull->at;
    if (pull->bytes[pull->at] == '-')
        pull->at++;
    size_t whole = digits(pull, pull->at);
    if (whole == 0 || (whole > 1 && pull->bytes[pull->at] == '0'))
        return wrong(pull, "a malformed number", err);
    pull->at += whole;
    if (pull->at < pull->len && pull->bytes[pull->at] == '.') {
        pull->at++;
        size_t fraction = digits(pull, pull->at);
        if (fraction == 0)
            return wrong(pull, "a malformed number", err);
        pull->at += fraction;
    }
    if (pull->at < pull->len && (pull->bytes[pull->at] == 'e' || pull->bytes[pull->at] == 'E')) {
        pull->at++;
        if (pull->at < pull->len && (pull->bytes[pull->at] == '+' || pull->bytes[pull->at] == '-'))
            pull->at++;
        size_t exponent = digits(pull, pull->at);
        if (exponent == 0)
            return wrong(pull, "a malformed number", err);
        pull->at += exponent;
    }
    event->kind = IMG_PULL_NUMBER;
    event->text = pull->bytes + start;
    event->len = pull->at - start;
    return true;
}

static bool take_literal(struct img_pull *pull, struct img_pull_event *event, struct img_err *err)
{
    static const struct {
        const char *word;
        enum img_pull_kind kind;
    } literals[] = {
        {"true", IMG_PULL_TRUE}, {"false", IMG_PULL_FALSE}, {"null", IMG_PULL_NULL}};
    for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++) {
        size_t n = strlen(literals[i].word);
        if (pull->len - pull->at >= n && memcmp(pull->bytes + pull->at, literals[i].word, n) == 0) {
            pull->at += n;
            event->kind = literals[i].kind;
            return true;
        }
    }
    return wrong(pull, "no JSON value", err);
}

static bool open_bracket(struct img_pull *pull, struct img_pull_event *event, struct img_err *err)
{
    char c = pull->bytes[pull->at];
    if (pull->depth >= IMG_PULL_DEPTH)
        return wrong(pull, "nesting too deep", err);
    pull->open[pull->depth++] = (unsigned char)c;
    pull->at++;
    event->kind = c == '{' ? IMG_PULL_OBJECT : IMG_PULL_ARRAY;
    pull->expect = c == '{' ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
    return true;
}

static bool take_value(struct img_pull *pull, struct img_pull_event *event, struct img_err *err)
{
    char c = pull->bytes[pull->at];
    if (c == '{' || c == '[')
        return open_bracket(pull, event, err);
    bool ok = false;
    if (c == '"') {
        event->kind = IMG_PULL_STRING;
        ok = take_string(pull, event, err);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        ok = take_number(pull, event, err);
    } else {
        ok = take_literal(pull, event, err);
    }
    after_value(pull);
    return ok;
}

static bool take_key(struct img_pull *pull, struct img_pull_event *event, struct img_err *err)
{
    if (pull->bytes[pull->at] != '"')
        return wrong(pull, "no key", err);
    event->kind = IMG_PULL_KEY;
    if (!take_string(pull, event, err))
        return false;
    skip_space(pull);
    if (pull->at >= pull->len || pull->bytes[pull->at] != ':')
        return wrong(pull, "no colon after a key", err);
    pull->at++;
    pull->expect = EXPECT_VALUE;
    return true;
}

static bool at_close(const struct img_pull *pull)
{
    return pull->depth > 0 &&
           pull->bytes[pull->at] == (pull->open[pull->depth - 1] == '{' ? '}' : ']');
}

bool img_pull_next(struct img_pull *pull, struct img_pull_event *event, struct img_err *err)
{
    *event = (struct img_pull_event){.kind = IMG_PULL_END, .text = ""};
    skip_space(pull);
    if (pull->expect == EXPECT_NOTHING)
        return pull->at >= pull->len || wrong(pull, "something behind the JSON value", err);
    if (pull->at >= pull->len)
        return wrong(pull, "", err);
    bool may_end = pull->expect == EXPECT_COMMA_OR_END || pull->expect == EXPECT_KEY_OR_END ||
                   pull->expect == EXPECT_VALUE_OR_END;
    if (may_end && at_close(pull)) {
        pull->at++;
        pull->depth--;
        event->kind = pull->open[pull->depth] == '{' ? IMG_PULL_OBJECT_END : IMG_PULL_ARRAY_END;
        after_value(pull);
        return true;
    }
    if (pull->expect == EXPECT_COMMA_OR_END) {
        if (pull->bytes[pull->at] != ',')
            return wrong(pull, "no comma between two values", err);
        pull->at++;
        pull->expect = pull->open[pull->depth - 1] == '{' ? EXPECT_KEY : EXPECT_VALUE;
        skip_space(pull);
        if (pull->at >= pull->len)
            return wrong(pull, "", err);
    }
    if (pull->expect == EXPECT_KEY || pull->expect == EXPECT_KEY_OR_END)
        return take_key(pull, event, err);
    return take_value(pull, event, err);
}

bool img_pull_skip(struct img_pull *pull, const struct img_pull_event *event, struct img_err *err)
{
    if (event->kind != IMG_PULL_OBJECT && event->kind != IMG_PULL_ARRAY)
        return true;
    unsigned outside = pull->depth - 1;
    struct img_pull_event inner;
    while (pull->depth > outside)
        if (!img_pull_next(pull, &inner, err))
            return false;
    return true;
}

bool img_pull_integer(const struct img_pull_event *event, int64_t *value)
{
    if (event->kind != IMG_PULL_NUMBER)
        return false;
    bool negative = event->text[0] == '-';
    int64_t sum = 0;
    for (size_t i = negative ? 1 : 0; i < event->len; i++) {
        char c = event->text[i];
        if (c < '0' || c > '9' || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, c - '0', &sum))
            return false;
    }
    *value = negative ? -sum : sum;
    return true;
}

bool img_pull_is(const struct img_pull_event *event, const char *text)
{
    return event->len == strlen(text) && memcmp(event->text, text, event->len) == 0;
}
