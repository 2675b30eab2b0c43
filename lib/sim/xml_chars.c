/* Escaping, unescaping, and what may stand where. */
#include "sim/xml_chars.h"

#include <string.h>

#include "base/utf8.h"
#include "sim/xml.h"

static const struct {
    const char *name;
    char c;
} entities[] = {{"amp;", '&'}, {"lt;", '<'}, {"gt;", '>'}, {"quot;", '"'}, {"apos;", '\''}};

bool img_xml_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool img_xml_name_char(char c, bool first)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80)
        return true;
    return !first && ((c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':');
}

/* XML 1.0, production 2. */
static bool is_char(uint32_t code)
{
    if (code < 0x20)
        return code == '\t' || code == '\n' || code == '\r';
    return code < 0xd800 || (code > 0xdfff && code != 0xfffe && code != 0xffff && code <= 0x10ffff);
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* The reference behind an &: its length, 0 when it is none. */
static size_t read_reference(const char *text, size_t len, uint32_t *code)
{
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        size_t size = strlen(entities[i].name);
        if (len >= size && memcmp(text, entities[i].name, size) == 0) {
            *code = (uint32_t)entities[i].c;
            return size;
        }
    }
    if (len < 3 || text[0] != '#')
        return 0;
    size_t at = text[1] == 'x' ? 2 : 1, from = at;
    int base = text[1] == 'x' ? 16 : 10;
    for (*code = 0; at < len && digit(text[at]) < base; at++) {
        *code = *code * (uint32_t)base + (uint32_t)digit(text[at]);
        if (*code > 0x10ffff)
            return 0;
    }
    return at > from && at < len && text[at] == ';' && is_char(*code) ? at + 1 : 0;
}

bool img_xml_references_valid(const char *text, size_t len)
{
    const char *end = text + len;
    uint32_t code;
    while ((text = memchr(text, '&', (size_t)(end - text))) != NULL) {
        text++;
        size_t size = read_reference(text, (size_t)(end - text), &code);
        if (size == 0)
            return false;
        text += size;
    }
    return true;
}

void img_xml_unescape(struct img_xml_span text, struct img_buf *out)
{
    const char *at = text.at, *end = at + text.len;
    while (at < end) {
        uint32_t code;
        size_t size = *at == '&' ? read_reference(at + 1, (size_t)(end - at - 1), &code) : 0;
        if (size > 0)
            img_utf8_put(out, code);
        else
            img_buf_putc(out, *at);
        at += size + 1;
    }
}

void img_xml_escape(const char *text, size_t len, struct img_buf *out)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '&')
            img_buf_puts(out, "&amp;");
        else if (text[i] == '<')
            img_buf_puts(out, "&lt;");
        else if (text[i] == '>')
            img_buf_puts(out, "&gt;");
        else
            img_buf_putc(out, text[i]);
    }
}

bool img_xml_holds(const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        uint32_t code;
        size_t size = img_utf8_decode(text + at, len - at, &code);
        if (size == 0 || !is_char(code))
            return false;
        at += size;
    }
    return true;
}
