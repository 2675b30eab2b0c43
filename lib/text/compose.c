/* NFC. utf8proc decomposes and composes; putting marks in canonical order is done here, because
 * utf8proc's own way is quadratic in the length of a run of marks, and texts come from anybody. */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/utf8.h"
#include "text/chars.h"

enum {
    /* Nothing below takes part in a composition as its second character, or is changed by NFC. */
    FIRST_MARK = 0x300,
    PARTS_MAX = 32, /* of one character; Unicode has 4 at most */
};

/* Code points being worked on. */
struct points {
    utf8proc_int32_t *data;
    size_t len, cap;
};

static unsigned combining_class(utf8proc_int32_t cp)
{
    return (unsigned)utf8proc_get_property(cp)->combining_class;
}

static bool grow(struct points *points, size_t cap, struct img_err *err)
{
    if (cap <= points->cap)
        return true;
    size_t wanted = cap < 256 ? 256 : cap + cap / 2;
    utf8proc_int32_t *data = realloc(points->data, wanted * sizeof *data);
    if (data == NULL)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "no memory for a text");
    points->data = data;
    points->cap = wanted;
    return true;
}

/* Stable by combining class; all of run have one. */
static bool order_run(utf8proc_int32_t *run, size_t len, struct points *spare, struct img_err *err)
{
    if (len < 2)
        return true;
    bool present[256] = {false};
    bool ordered = true;
    for (size_t i = 0; i < len; i++) {
        present[combining_class(run[i]) & 255] = true;
        ordered = ordered && (i == 0 || combining_class(run[i - 1]) <= combining_class(run[i]));
    }
    if (ordered)
        return true;
    if (!grow(spare, len, err))
        return false;
    size_t placed = 0;
    for (unsigned class = 1; class < 256; class++)
        for (size_t i = 0; present[class] && i < len; i++)
            if (combining_class(run[i]) == class)
                spare->data[placed++] = run[i];
    memcpy(run, spare->data, placed * sizeof *run);
    return true;
}

static bool order(struct points *points, struct points *spare, struct img_err *err)
{
    for (size_t at = 0; at < points->len; at++) {
        size_t start = at;
        while (at < points->len && combining_class(points->data[at]) != 0)
            at++;
        if (!order_run(points->data + start, at - start, spare, err))
            return false;
    }
    return true;
}

static bool decompose(const char *text, size_t len, struct points *points, struct img_err *err)
{
    uint32_t cp = 0;
    points->len = 0;
    for (size_t at = 0, step; (step = img_utf8_decode(text + at, len - at, &cp)) > 0; at += step) {
        if (!grow(points, points->len + PARTS_MAX, err))
            return false;
        int ignored = 0;
        utf8proc_ssize_t count =
            utf8proc_decompose_char((utf8proc_int32_t)cp, points->data + points->len, PARTS_MAX,
                                    UTF8PROC_DECOMPOSE, &ignored);
        if (count < 0 || count > PARTS_MAX)
            return img_err_set(err, IMG_ERR_BAD_TEXT, "U+%04X cannot be decomposed", cp);
        points->len += (size_t)count;
    }
    return true;
}

static bool compose_run(const char *text, size_t len, struct points work[2], struct img_buf *out,
                        struct img_err *err)
{
    if (!decompose(text, len, &work[0], err) || !order(&work[0], &work[1], err))
        return false;
    utf8proc_ssize_t count =
        utf8proc_normalize_utf32(work[0].data, (utf8proc_ssize_t)work[0].len,
                                 UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    for (utf8proc_ssize_t i = 0; i < count; i++)
        img_utf8_put(out, (uint32_t)work[0].data[i]);
    return true;
}

/* Length of the stretch from at on whose characters are all below (or all not below) FIRST_MARK. */
static size_t stretch(const char *text, size_t len, size_t at, bool below, size_t *last)
{
    uint32_t cp = 0;
    size_t start = at;
    *last = at;
    for (size_t step; (step = img_utf8_decode(text + at, len - at, &cp)) > 0; at += step) {
        if ((cp < FIRST_MARK) != below)
            break;
        *last = at;
    }
    return at - start;
}

bool img_text_compose(const char *text, size_t len, struct img_buf *out, struct img_err *err)
{
    struct points work[2] = {{0}, {0}};
    bool ok = true;
    for (size_t at = 0; ok && at < len;) {
        size_t last = 0, ignored = 0;
        size_t plain = stretch(text, len, at, true, &last);
        if (at + plain == len || plain == 0)
            last = at + plain;
        img_buf_put(out, text + at, last - at);
        /* the last plain character may take the marks that follow */
        size_t end = at + plain + stretch(text, len, at + plain, false, &ignored);
        if (end > last)
            ok = compose_run(text + last, end - last, work, out, err);
        at = end;
    }
    free(work[0].data);
    free(work[1].data);
    return ok;
}
