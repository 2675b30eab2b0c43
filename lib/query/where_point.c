/* Pointing at what is wrong with a filter. */
#include <string.h>

#include "base/utf8.h"
#include "query/where.h"

enum { BEFORE = 60, BEHIND = 20 }; /* characters that are shown */

static size_t step_of(const char *text, size_t len)
{
    uint32_t code;
    size_t step = img_utf8_decode(text, len, &code);
    return step > 0 ? step : 1;
}

static size_t count_characters(const char *text, size_t len)
{
    size_t count = 0;
    for (size_t at = 0; at < len; at += step_of(text + at, len - at))
        count++;
    return count;
}

void img_where_point(const struct img_report *report, const char *text, size_t at)
{
    struct img_buf shown = {.limit = 4096}, caret = {.limit = 4096};
    struct img_err ignored;
    size_t len = strlen(text), place = count_characters(text, at), from = 0, count = 0;
    size_t first = place > BEFORE ? place - BEFORE : 0;
    for (; count < first; count++)
        from += step_of(text + from, len - from);
    if (from > 0)
        img_buf_puts(&shown, "...");
    for (size_t i = from; i < len && count < place + BEHIND; count++) {
        size_t step = step_of(text + i, len - i);
        /* A character that would be written as several would move the caret. */
        if (step == 1 && ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] >= 0x7F))
            img_buf_putc(&shown, ' ');
        else
            img_buf_put(&shown, text + i, step);
        i += step;
    }
    img_buf_printf(&caret, "%*s^", (int)(place - first + (from > 0 ? 3 : 0)), "");
    if (img_buf_ok(&shown, &ignored) && img_buf_ok(&caret, &ignored)) {
        img_report(report, IMG_WARNING, "%s", shown.data ? shown.data : "");
        img_report(report, IMG_WARNING, "%s", caret.data);
    }
    img_buf_clear(&shown);
    img_buf_clear(&caret);
}
