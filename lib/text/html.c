/* HTML character references. */
#include "text/html.h"

#include <string.h>

#include "base/utf8.h"
#include "text/chars.h"
#include "text/html_names.h"

enum {
    NAME_MAX_CHARS = 32,   /* html.unescape looks no further */
    STRICT_MAX_CHARS = 24, /* nor ftfy */
    BARE_MAX = 6,          /* the longest name that may lack its semicolon */
};

struct reference {
    const char *text;
    size_t len;
};

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Length of the name at the beginning of an entry. */
static size_t name_len(const char *entry, size_t len)
{
    size_t n = 0;
    while (n < len && is_alnum(entry[n]))
        n++;
    return n < len && entry[n] == ';' ? n + 1 : n;
}

/* What the name (with its semicolon, if it has one) stands for. */
static bool find(const char *name, size_t len, struct reference *found)
{
    size_t low = 0, high = IMG_HTML_NAMES;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *entry = img_html_names + img_html_starts[middle];
        size_t entry_len = (size_t)(img_html_starts[middle + 1] - img_html_starts[middle]);
        size_t own = name_len(entry, entry_len);
        int order = memcmp(name, entry, len < own ? len : own);
        if (order == 0 && len == own) {
            *found = (struct reference){entry + own, entry_len - own};
            return true;
        }
        if (order < 0 || (order == 0 && len < own))
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

/* The longest beginning of name that is itself a name. Returns its length, or 0. */
static size_t find_beginning(const char *name, size_t len, struct reference *found)
{
    for (size_t n = len < BARE_MAX ? len : BARE_MAX; n > 1; n--)
        if (find(name, n, found))
            return n;
    return 0;
}

static void put_number(uint32_t number, struct img_buf *out)
{
    if (number == 0 || number > 0x10FFFF || (number >= 0xD800 && number <= 0xDFFF))
        img_utf8_put(out, 0xFFFD);
    else if (number >= 0x80 && number <= 0x9F)
        img_utf8_put(out, img_char_windows_1252(number));
    else if (number == '\r' || number == '\t' || number == '\n' || number == '\f')
        img_utf8_put(out, number);
    else if (number >= 0x20 && number != 0x7F && !(number >= 0xFDD0 && number <= 0xFDEF) &&
             (number & 0xFFFE) != 0xFFFE)
        img_utf8_put(out, number);
}

/* A number at text ("#65", "#x41"), without semicolon. Returns its length, or 0. */
static size_t take_number(const char *text, size_t len, uint32_t *number)
{
    bool hex = len > 2 && (text[1] == 'x' || text[1] == 'X');
    size_t start = hex ? 2 : 1, at = start;
    uint32_t value = 0;
    for (; at < len; at++) {
        int digit = hex_value(text[at]);
        if (digit < 0 || (!hex && digit > 9))
            break;
        value = value * (hex ? 16 : 10) + (uint32_t)digit;
        if (value > 0x10FFFF)
            value = 0x110000;
    }
    *number = value;
    return at > start ? at : 0;
}

/* Length in bytes of what may be a name: no separators, and not too many characters. */
static size_t name_reach(const char *text, size_t len)
{
    size_t at = 0;
    uint32_t cp = 0;
    for (size_t chars = 0; chars < NAME_MAX_CHARS && at < len; chars++) {
        if (strchr("\t\n\f <&#;", text[at]) != NULL && text[at] != '\0')
            break;
        size_t step = img_text_next(text, len, at, &cp);
        if (step == 0)
            break;
        at += step;
    }
    return at;
}

/* The reference that begins at text (behind its '&'). Returns the bytes used, 0 when none. */
static size_t unescape_one(const char *text, size_t len, struct img_buf *out)
{
    if (len > 0 && text[0] == '#') {
        uint32_t number = 0;
        size_t used = take_number(text, len, &number);
        if (used == 0)
            return 0;
        put_number(number, out);
        return used < len && text[used] == ';' ? used + 1 : used;
    }
    struct reference found = {NULL, 0};
    size_t reach = name_reach(text, len);
    size_t used = 0;
    if (reach > 0 && reach < len && text[reach] == ';' && find(text, reach + 1, &found))
        used = reach + 1;
    else
        used = find_beginning(text, reach, &found);
    img_buf_put(out, found.text, found.len);
    return used;
}

/* What stands behind an ampersand: appends the character it names and returns how many bytes that took;
 * 0, and nothing appended, when it names none. */
typedef size_t unescape_function(const char *text, size_t len, struct img_buf *out);

static void unescape_each(const char *text, size_t len, unescape_function *unescape,
                          struct img_buf *out)
{
    while (len > 0) {
        const char *amp = memchr(text, '&', len);
        size_t plain = amp == NULL ? len : (size_t)(amp - text);
        img_buf_put(out, text, plain);
        text += plain;
        len -= plain;
        if (len == 0)
            break;
        size_t used = unescape(text + 1, len - 1, out);
        if (used == 0)
            img_buf_putc(out, '&');
        text += used + 1;
        len -= used + 1;
    }
}

void img_html_unescape(const char *text, size_t len, struct img_buf *out)
{
    unescape_each(text, len, unescape_one, out);
}

/* name in capitals, where it has no meaning of its own: the small name's character in capitals. */
static bool put_capitals(const char *name, size_t len, struct img_buf *out)
{
    char small[STRICT_MAX_CHARS + 1];
    struct reference found = {NULL, 0};
    if (len > sizeof small || find_beginning(name, len - 1, &found) > 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (name[i] >= 'a' && name[i] <= 'z')
            return false;
        small[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]);
    }
    if (!find(small, len, &found))
        return false;
    img_text_upper(found.text, found.len, out);
    return true;
}

/* As unescape_one, by ftfy's rules: letters and digits, and the semicolon must be there. */
static size_t unescape_one_strict(const char *text, size_t len, struct img_buf *out)
{
    size_t hash = len > 0 && text[0] == '#' ? 1 : 0;
    size_t at = hash;
    while (at < len && at - hash < STRICT_MAX_CHARS && is_alnum(text[at]))
        at++;
    if (at == hash || at >= len || text[at] != ';')
        return 0;
    struct reference found = {NULL, 0};
    if (hash == 1) {
        uint32_t number = 0;
        if (take_number(text, len, &number) != at || number == ';')
            return 0;
        put_number(number, out);
    } else if (find(text, at + 1, &found)) {
        img_buf_put(out, found.text, found.len);
    } else if (!put_capitals(text, at + 1, out)) {
        return 0;
    }
    return at + 1;
}

void img_html_unescape_strict(const char *text, size_t len, struct img_buf *out)
{
    unescape_each(text, len, unescape_one_strict, out);
}
