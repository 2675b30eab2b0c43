/* Writing to standard error. */
#include "cli/messages.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/utf8.h"

enum { LINE_LIMIT = 16384 };

/* Characters that would move the cursor, ring, or turn the rest of the line round. */
static bool harmful(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || (c >= 0x200E && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

void img_messages_put_escaped(struct img_buf *out, const char *text)
{
    size_t len = strlen(text), at = 0;
    while (at < len) {
        uint32_t c;
        size_t step = img_utf8_decode(text + at, len - at, &c);
        if (step == 0) {
            img_buf_printf(out, "\\x%02X", (unsigned char)text[at]);
            step = 1;
        } else if (harmful(c)) {
            img_buf_printf(out, c < 0x80 ? "\\x%02X" : "\\u{%04X}", c);
        } else {
            img_buf_put(out, text + at, step);
        }
        at += step;
    }
}

void img_messages_error(const struct img_messages *messages, const char *text)
{
    struct img_buf line = {.limit = LINE_LIMIT};
    struct img_err ignored;
    img_buf_printf(&line, "%s: ", messages->program);
    img_messages_put_escaped(&line, text);
    img_buf_putc(&line, '\n');
    if (img_buf_ok(&line, &ignored))
        (void)!img_write_all(STDERR_FILENO, line.data, line.len, &ignored);
    img_buf_clear(&line);
}

void img_messages_line(const struct img_messages *messages, enum img_level level, const char *text)
{
    if (level == IMG_WARNING ? !messages->quiet : level <= messages->most)
        img_messages_error(messages, text);
}

static void report_line(void *ctx, enum img_level level, const char *text)
{
    img_messages_line(ctx, level, text);
}

struct img_report img_messages_report(struct img_messages *messages)
{
    return (struct img_report){report_line, messages};
}
