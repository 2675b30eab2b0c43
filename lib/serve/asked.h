/* A value of a request's field, as JSON has it or as plain text in a form or a URL. */
#ifndef IMG_SERVE_ASKED_H
#define IMG_SERVE_ASKED_H

#include "base/arena.h"
#include "json/scan.h"

struct img_asked {
    const struct img_json_value *json; /* NULL: plain text */
    const char *text;
    size_t len;
};

/* All fail with BAD_RECORD, the text saying what is expected, or OUT_OF_MEMORY. Strings are valid
 * UTF-8, NUL-terminated and in arena; a text may hold U+0000 when len is asked for. */
IMG_CHECKED bool img_asked_text(const struct img_asked *value, struct img_arena *arena,
                                const char **text, size_t *len, struct img_err *err);
IMG_CHECKED bool img_asked_bool(const struct img_asked *value, bool *truth,
                                struct img_err *err);
IMG_CHECKED bool img_asked_size(const struct img_asked *value, size_t most, size_t *number,
                                struct img_err *err);
IMG_CHECKED bool img_asked_number(const struct img_asked *value, struct img_arena *arena,
                                  double *number, struct img_err *err);

/* A list's elements, at most most of them; a plain text is a list of one. */
IMG_CHECKED bool img_asked_list(const struct img_asked *value, size_t most,
                                struct img_arena *arena, const struct img_asked **elements,
                                size_t *count, struct img_err *err);

/* Whether it is null. */
bool img_asked_is_null(const struct img_asked *value);

#endif
