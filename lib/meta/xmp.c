/* Finding properties in XMP (ISO 16684-1) by their names. */
#include "meta/xmp.h"

#include <string.h>

#include "meta/date.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Text up to the next '<', the tags of lists in front passed over. */
static bool element_text(const char *at, const char *end, const char **text, size_t *len)
{
    for (unsigned tags = 0; tags < 4; tags++) {
        const char *stop = memchr(at, '<', (size_t)(end - at));
        if (!stop)
            return false;
        const char *from = at;
        while (from < stop && is_blank(*from))
            from++;
        if (from < stop) {
            *text = from;
            *len = (size_t)(stop - from);
            return true;
        }
        if (stop + 1 < end && stop[1] == '/')
            return false;
        at = memchr(stop, '>', (size_t)(end - stop));
        if (!at)
            return false;
        at++;
    }
    return false;
}

bool img_xmp_find(const uint8_t *bytes, size_t len, const char *name, const char **text,
                  size_t *text_len)
{
    const char *at = (const char *)bytes, *end = at + len;
    size_t name_len = strlen(name);
    while ((at = memmem(at, (size_t)(end - at), name, name_len)) != NULL) {
        char before = at > (const char *)bytes ? at[-1] : '\0';
        at += name_len;
        const char *next = at;
        while (next < end && is_blank(*next))
            next++;
        if (is_blank(before) && end - next > 2 && *next == '=') {
            next++;
            while (next < end && is_blank(*next))
                next++;
            const char *close = end - next > 1 && (*next == '"' || *next == '\'')
                                    ? memchr(next + 1, *next, (size_t)(end - next - 1))
                                    : NULL;
            if (close) {
                *text = next + 1;
                *text_len = (size_t)(close - next - 1);
                return true;
            }
        } else if (before == '<' && at < end && (*at == '>' || is_blank(*at))) {
            next = memchr(at, '>', (size_t)(end - at));
            if (next && next[-1] != '/' && element_text(next + 1, end, text, text_len))
                return true;
        }
    }
    return false;
}

static void take_date(const uint8_t *bytes, size_t len, const char *const *names, char out[40])
{
    for (; *names && out[0] == '\0'; names++) {
        const char *text;
        size_t text_len;
        if (img_xmp_find(bytes, len, *names, &text, &text_len))
            img_date_iso(text, text_len, out);
    }
}

void img_xmp_dates(const uint8_t *bytes, size_t len, struct img_info *info)
{
    /* xap is what xmp was called at first. */
    static const char *const created[] = {
        "exif:DateTimeOriginal", "exif:DateTimeDigitized", "photoshop:DateCreated",
        "xmp:CreateDate", "xap:CreateDate", NULL,
    };
    static const char *const modified[] = {"xmp:ModifyDate", "xap:ModifyDate", NULL};
    take_date(bytes, len, created, info->creation_date);
    take_date(bytes, len, modified, info->modification_date);
}
