/* JSON read as a stream of events, without a tree: for tokenizer files of many megabytes, of which
 * most is walked over once. Specification: RFC 8259, strictly (text must be UTF-8, no trailing
 * commas, one value and nothing behind it). */
#ifndef IMG_JSON_PULL_H
#define IMG_JSON_PULL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum { IMG_PULL_DEPTH = 64 };

enum img_pull_kind {
    IMG_PULL_OBJECT,
    IMG_PULL_OBJECT_END,
    IMG_PULL_ARRAY,
    IMG_PULL_ARRAY_END,
    IMG_PULL_KEY,
    IMG_PULL_STRING,
    IMG_PULL_NUMBER,
    IMG_PULL_TRUE,
    IMG_PULL_FALSE,
    IMG_PULL_NULL,
    IMG_PULL_END, /* after the document's value; again and again */
};

/* Copying it remembers a place: the copy goes on from there, as long as bytes live. */
struct img_pull {
    const char *bytes;
    size_t len;
    size_t at;
    unsigned depth;
    unsigned char expect;
    unsigned char open[IMG_PULL_DEPTH]; /* '{' or '[' */
    struct img_buf *scratch;
};

/* An event. text is the unescaped key or string, or a number as written; it may point into scratch
 * and then lives until the next event. It is not NUL-terminated and may contain NUL. */
struct img_pull_event {
    enum img_pull_kind kind;
    const char *text;
    size_t len;
};

/* Reads bytes, which the caller keeps; scratch holds strings that had escapes. */
void img_pull_init(struct img_pull *pull, const char *bytes, size_t len, struct img_buf *scratch);

/* The next event. Fails with BAD_RECORD, the text naming what is wrong and at which byte, or with
 * OUT_OF_MEMORY. */
IMG_CHECKED bool img_pull_next(struct img_pull *pull, struct img_pull_event *event,
                               struct img_err *err);

/* Walks over the value that event began (nothing to do for a scalar). */
IMG_CHECKED bool img_pull_skip(struct img_pull *pull, const struct img_pull_event *event,
                               struct img_err *err);

/* The number as an integer: false when it has a fraction, an exponent, or does not fit. */
bool img_pull_integer(const struct img_pull_event *event, int64_t *value);

/* Whether the event's text is this. */
bool img_pull_is(const struct img_pull_event *event, const char *text);

#endif
