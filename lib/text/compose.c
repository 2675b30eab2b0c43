/* NFC. utf8proc decomposes and composes; putting marks in canonical order is done here, because
 * utf8proc's own way is quadratic in the length of a run of marks, and texts come from anybody. */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/utf8.h"
#include "text/ages.h"
#include "text/chars.h"

enum {
    /* Nothing below takes part in a composition as its second character, or is changed by NFC. */
    FIRST_MARK = 0x300,
    PARTS_MAX = 32, /* of one character; Unicode has 4 at most */
};

/* Code points being worked on, and room to sort in. */
struct points {
    utf8proc_int32_t *data;
    size_t len, cap;
};

struct composing {
    struct points points, spare;
    bool unicode_9;
};

static unsigned combining_class(utf8proc_int32_t cp, bool unicode_9)
{
    unsigned class = (unsigned)utf8proc_get_property(cp)->combining_class;
    return class != 0 && unicode_9 && img_char_is_mark_after_9((uint32_t)cp) ? 0 : class & 255;
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
static bool order_run(struct composing *work, size_t start, size_t len, struct img_err *err)
{
    utf8proc_int32_t *run = work->points.data + start;
    bool unicode_9 = work->unicode_9;
    if (len < 2)
        return true;
    bool present[256] = {false};
    bool ordered = true;
    for (size_t i = 0; i < len; i++) {
        unsigned class = combining_class(run[i], unicode_9);
        present[class] = true;
        ordered = ordered && (i == 0 || combining_class(run[i - 1], unicode_9) <= class);
    }
    if (ordered)
        return true;
    if (!grow(&work->spare, len, err))
        return false;
    size_t placed = 0;
    for (unsigned class = 1; class < 256; class++)
        for (size_t i = 0; present[class] && i < len; i++)
            if (combining_class(run[i], unicode_9) == class)
                work->spare.data[placed++] = run[i];
    memcpy(run, work->spare.data, placed * sizeof *run);
    return true;
}

static bool order(struct composing *work, struct img_err *err)
{
    const struct points *points = &work->points;
    for (size_t at = 0; at < points->len; at++) {
        size_t start = at;
        while (at < points->len && combining_class(points->data[at], work->unicode_9) != 0)
            at++;
        if (!order_run(work, start, at - start, err))
            return false;
    }
    return true;
}

static bool decompose(const char *text, size_t len, struct points *points, struct img_err *err)
{
    uint32_t cp = 0;
    points->len = 0;
    for (size_t at = 0, step; (step = img_text_next(text, len, at, &cp)) > 0; at += step) {
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

static bool compose_run(const char *text, size_t len, struct composing *work, struct img_buf *out,
                        struct img_err *err)
{
    struct points *points = &work->points;
    if (!decompose(text, len, points, err) || !order(work, err))
        return false;
    for (size_t start = 0, end; start < points->len; start = end) {
        /* what is taken for class 0 stands between a letter and its marks */
        for (end = start + 1; end < points->len; end++)
            if (work->unicode_9 && img_char_is_mark_after_9((uint32_t)points->data[end]))
                break;
        utf8proc_ssize_t count =
            utf8proc_normalize_utf32(points->data + start, (utf8proc_ssize_t)(end - start),
                                     UTF8PROC_COMPOSE | UTF8PROC_STABLE);
        for (utf8proc_ssize_t i = 0; i < count; i++)
            img_utf8_put(out, (uint32_t)points->data[start + (size_t)i]);
    }
    return true;
}

/* Length of the stretch from at on whose characters are all below (or all not below) FIRST_MARK. */
static size_t stretch(const char *text, size_t len, size_t at, bool below, size_t *last)
{
    uint32_t cp = 0;
    size_t start = at;
    *last = at;
    for (size_t step; (step = img_text_next(text, len, at, &cp)) > 0; at += step) {
        if ((cp < FIRST_MARK) != below)
            break;
        *last = at;
    }
    return at - start;
}

bool img_text_compose(const char *text, size_t len, bool unicode_9, struct img_buf *out,
                      struct img_err *err)
{
    struct composing work = {.unicode_9 = unicode_9};
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
            ok = compose_run(text + last, end - last, &work, out, err);
        at = end;
    }
    free(work.points.data);
    free(work.spare.data);
    return ok;
}
