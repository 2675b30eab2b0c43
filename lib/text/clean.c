/* ftfy's fixes of characters, line by line and until nothing changes, as ftfy does it. */
#include "text/clean.h"

#include <string.h>

#include "base/utf8.h"
#include "text/chars.h"
#include "text/html.h"

enum {
    ROUNDS_MAX = 32, /* each undoes one nesting of entities */
    ESCAPE = 0x1B,
};

static const char *ligature(uint32_t cp)
{
    static const struct {
        uint32_t cp;
        const char *parts;
    } ligatures[] = {{0x132, "IJ"},       {0x133, "ij"},   {0x149, "'n"},      {0x1C4, "D\u017D"},
                     {0x1C5, "D\u017E"},  {0x1C6, "d\u017E"}, {0x1C7, "LJ"},   {0x1C8, "Lj"},
                     {0x1C9, "lj"},       {0x1CA, "NJ"},   {0x1CB, "Nj"},      {0x1CC, "nj"},
                     {0x1F1, "DZ"},       {0x1F2, "Dz"},   {0x1F3, "dz"},      {0xFB00, "ff"},
                     {0xFB01, "fi"},      {0xFB02, "fl"},  {0xFB03, "ffi"},    {0xFB04, "ffl"},
                     {0xFB05, "\u017Ft"}, {0xFB06, "st"}};
    if (cp < 0x132 || cp > 0xFB06)
        return NULL;
    for (size_t i = 0; i < sizeof ligatures / sizeof ligatures[0]; i++)
        if (ligatures[i].cp == cp)
            return ligatures[i].parts;
    return NULL;
}

static void put_fixed(uint32_t cp, struct img_buf *out)
{
    cp = img_char_windows_1252(cp);
    const char *parts = ligature(cp);
    if (parts != NULL)
        img_buf_puts(out, parts);
    else if (cp == 0x3000)
        img_buf_putc(out, ' ');
    else if (cp >= 0xFF01 && cp < 0xFFF0)
        img_char_put_compatible(cp, out);
    else if (cp >= 0x201C && cp <= 0x201F)
        img_buf_putc(out, '"');
    else if (cp == 0x2BC || (cp >= 0x2018 && cp <= 0x201B))
        img_buf_putc(out, '\'');
    else
        img_utf8_put(out, cp);
}

/* Length of a terminal's escape sequence at text: ESC [ digits and semicolons, a letter; else 0. */
static size_t terminal_escape(const char *text, size_t len)
{
    if (len < 3 || text[0] != ESCAPE || text[1] != '[')
        return 0;
    size_t at = 2;
    uint32_t cp = 0;
    for (size_t step; (step = img_text_next(text, len, at, &cp)) > 0; at += step)
        if (cp != ';' && !img_char_is_digit(cp))
            break;
    if (at < len && ((text[at] >= 'a' && text[at] <= 'z') || (text[at] >= 'A' && text[at] <= 'Z')))
        return at + 1;
    return 0;
}

static bool is_removed(uint32_t cp)
{
    return cp <= 0x08 || cp == 0x0B || (cp >= 0x0E && cp <= 0x1F) || cp == 0x7F ||
           (cp >= 0x206A && cp <= 0x206F) || cp == 0xFEFF || (cp >= 0xFFF9 && cp <= 0xFFFC);
}

static void put_without_controls(const char *text, size_t len, struct img_buf *out)
{
    uint32_t cp = 0;
    for (size_t at = 0, step; (step = img_text_next(text, len, at, &cp)) > 0;) {
        size_t escape = cp == ESCAPE ? terminal_escape(text + at, len - at) : 0;
        if (escape > 0)
            step = escape;
        else if (!is_removed(cp))
            img_buf_put(out, text + at, step);
        at += step;
    }
}

/* Memory for the stages of a line. */
struct stages {
    struct img_buf line, unescaped, fixed, bare, composed;
};

/* One round over stages->line; the outcome is in stages->composed. */
static bool fix_round(struct stages *stages, bool unescape, struct img_err *err)
{
    img_buf_reset(&stages->unescaped);
    img_buf_reset(&stages->fixed);
    img_buf_reset(&stages->bare);
    img_buf_reset(&stages->composed);
    if (unescape)
        img_html_unescape_strict(stages->line.data, stages->line.len, &stages->unescaped);
    else
        img_buf_put(&stages->unescaped, stages->line.data, stages->line.len);
    uint32_t cp = 0;
    const struct img_buf *from = &stages->unescaped;
    for (size_t at = 0, step; (step = img_text_next(from->data, from->len, at, &cp)) > 0;
         at += step)
        put_fixed(cp, &stages->fixed);
    put_without_controls(stages->fixed.data, stages->fixed.len, &stages->bare);
    return img_buf_ok(&stages->unescaped, err) && img_buf_ok(&stages->fixed, err) &&
           img_buf_ok(&stages->bare, err) &&
           img_text_compose(stages->bare.data, stages->bare.len, false, &stages->composed, err) &&
           img_buf_ok(&stages->composed, err);
}

static bool is_same(const struct img_buf *a, const struct img_buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static bool fix_line(const char *line, size_t len, bool unescape, struct stages *stages,
                     struct img_buf *out, struct img_err *err)
{
    img_buf_reset(&stages->line);
    img_buf_put(&stages->line, line, len);
    if (!img_buf_ok(&stages->line, err))
        return false;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        if (!fix_round(stages, unescape, err))
            return false;
        if (is_same(&stages->line, &stages->composed)) {
            img_buf_put(out, stages->line.data, stages->line.len);
            return true;
        }
        struct img_buf swapped = stages->line;
        stages->line = stages->composed;
        stages->composed = swapped;
    }
    return img_err_set(err, IMG_ERR_BAD_TEXT, "escaped more than %d times over", ROUNDS_MAX);
}

/* A line of printable ASCII without references comes out as it went in. */
static bool is_plain(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((line[i] < 0x20 && line[i] != '\n' && line[i] != '\t') || line[i] > 0x7E ||
            line[i] == '&')
            return false;
    return true;
}

static bool fix(const char *text, size_t len, struct img_buf *out, struct img_err *err)
{
    struct stages stages = {.line = {0}};
    bool unescape = true, ok = true;
    while (ok && len > 0) {
        const char *newline = memchr(text, '\n', len);
        size_t line = newline == NULL ? len : (size_t)(newline - text) + 1;
        /* a '<' makes it HTML, from this line on, and HTML keeps its entities */
        unescape = unescape && memchr(text, '<', line) == NULL;
        if (is_plain(text, line))
            img_buf_put(out, text, line);
        else
            ok = fix_line(text, line, unescape, &stages, out, err);
        text += line;
        len -= line;
    }
    img_buf_clear(&stages.line);
    img_buf_clear(&stages.unescaped);
    img_buf_clear(&stages.fixed);
    img_buf_clear(&stages.bare);
    img_buf_clear(&stages.composed);
    return ok;
}

bool img_text_clean(const char *text, size_t len, struct img_buf *out, struct img_err *err)
{
    struct img_buf fixed = {0}, once = {0}, twice = {0};
    bool ok = fix(text, len, &fixed, err) && img_buf_ok(&fixed, err);
    if (ok) {
        img_html_unescape(fixed.data, fixed.len, &once);
        ok = img_buf_ok(&once, err);
    }
    if (ok) {
        img_html_unescape(once.data, once.len, &twice);
        ok = img_buf_ok(&twice, err);
    }
    if (ok)
        img_text_lower_words(twice.data, twice.len, out);
    img_buf_clear(&fixed);
    img_buf_clear(&once);
    img_buf_clear(&twice);
    return ok;
}
