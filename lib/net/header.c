/* Reading header lines. Reference: RFC 9110 and 9112. */
#include "net/header.h"

#include <string.h>
#include <strings.h>

enum { DIGITS_MAX = 18 };

bool img_header_split(const char *line, size_t len, struct img_header *header)
{
    const char *colon = memchr(line, ':', len);
    if (!colon)
        return false;
    const char *value = colon + 1, *end = line + len;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && memchr(" \t\r\n", end[-1], 4))
        end--;
    *header = (struct img_header){.name = line,
                                  .name_len = (size_t)(colon - line),
                                  .value = value,
                                  .len = (size_t)(end - value)};
    return true;
}

bool img_header_is(const struct img_header *header, const char *name)
{
    return strlen(name) == header->name_len &&
           strncasecmp(header->name, name, header->name_len) == 0;
}

/* Copies len bytes of text that lie between low and high; anything else is "". */
static void copy_plain(const char *text, size_t len, char low, char *to, size_t size)
{
    to[0] = '\0';
    if (len >= size)
        return;
    for (size_t i = 0; i < len; i++)
        if (text[i] < low || text[i] > '~')
            return;
    memcpy(to, text, len);
    to[len] = '\0';
}

void img_header_text(const struct img_header *header, char *to, size_t size)
{
    copy_plain(header->value, header->len, ' ', to, size);
}

void img_header_etag(const struct img_header *header, char *to, size_t size)
{
    const char *value = header->value;
    size_t len = header->len;
    if (len >= 2 && memcmp(value, "W/", 2) == 0)
        value += 2, len -= 2;
    if (len >= 2 && value[0] == '"' && value[len - 1] == '"')
        value++, len -= 2;
    if (len > 0 && memchr(value, '"', len))
        len = 0;
    copy_plain(value, len, '!', to, size);
}

bool img_header_digits(const char **text, size_t *len, uint64_t *number)
{
    uint64_t n = 0;
    size_t digits = 0;
    for (; digits < *len && (*text)[digits] >= '0' && (*text)[digits] <= '9'; digits++) {
        if (digits == DIGITS_MAX)
            return false;
        n = n * 10 + (uint64_t)((*text)[digits] - '0');
    }
    if (digits == 0)
        return false;
    *text += digits;
    *len -= digits;
    *number = n;
    return true;
}

bool img_header_number(const struct img_header *header, uint64_t *number)
{
    const char *text = header->value;
    size_t len = header->len;
    return img_header_digits(&text, &len, number) && len == 0;
}

bool img_header_range(const struct img_header *header, uint64_t *first, uint64_t *total)
{
    const char *text = header->value;
    size_t len = header->len;
    uint64_t from, last, of;
    if (len < 6 || strncasecmp(text, "bytes ", 6) != 0)
        return false;
    text += 6, len -= 6;
    if (!img_header_digits(&text, &len, &from) || len == 0 || *text != '-')
        return false;
    text++, len--;
    if (!img_header_digits(&text, &len, &last) || len == 0 || *text != '/')
        return false;
    text++, len--;
    if (!img_header_digits(&text, &len, &of) || len != 0 || from > last || last >= of)
        return false;
    *first = from;
    *total = of;
    return true;
}
