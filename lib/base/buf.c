/* Growing byte buffer. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *img_buf_room(struct img_buf *buf, size_t extra)
{
    size_t limit = buf->limit ? buf->limit : IMG_BUF_LIMIT;
    if (buf->failed || extra >= limit || buf->len > limit - extra - 1) {
        buf->failed = true;
        return NULL;
    }
    size_t need = buf->len + extra + 1;
    if (need > buf->cap) {
        size_t cap = buf->cap < 256 ? 256 : buf->cap + buf->cap / 2;
        if (cap < need)
            cap = need;
        if (cap > limit)
            cap = limit;
        char *data = realloc(buf->data, cap);
        if (!data) {
            buf->failed = true;
            return NULL;
        }
        buf->data = data;
        buf->cap = cap;
    }
    return buf->data + buf->len;
}

void img_buf_put(struct img_buf *buf, const void *bytes, size_t len)
{
    char *to = img_buf_room(buf, len);
    if (!to)
        return;
    if (len > 0)
        memcpy(to, bytes, len);
    to[len] = '\0';
    buf->len += len;
}

void img_buf_puts(struct img_buf *buf, const char *text)
{
    img_buf_put(buf, text, strlen(text));
}

void img_buf_putc(struct img_buf *buf, char c)
{
    img_buf_put(buf, &c, 1);
}

void img_buf_printf(struct img_buf *buf, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *to = n < 0 ? NULL : img_buf_room(buf, (size_t)n);
    if (to) {
        vsnprintf(to, (size_t)n + 1, fmt, again);
        buf->len += (size_t)n;
    } else {
        buf->failed = true;
    }
    va_end(again);
}

bool img_buf_ok(const struct img_buf *buf, struct img_err *err)
{
    if (buf->failed)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "a text grew over %zu bytes",
                           buf->limit ? buf->limit : IMG_BUF_LIMIT);
    return true;
}

void img_buf_reset(struct img_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

void img_buf_clear(struct img_buf *buf)
{
    free(buf->data);
    *buf = (struct img_buf){.limit = buf->limit};
}
