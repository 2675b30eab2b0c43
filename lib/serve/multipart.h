/* multipart/form-data bodies, cut into their parts.
 * Specification: RFC 7578, RFC 2046 section 5.1. */
#ifndef IMG_SERVE_MULTIPART_H
#define IMG_SERVE_MULTIPART_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct img_part {
    const char *name; /* of the form's field */
    bool is_file;     /* it has a file name */
    const char *bytes;
    size_t len;
};

enum { IMG_PARTS_MAX = 4096 };

/* content_type is the header's value, with its boundary. parts [count] are in arena, what they hold
 * in a copy of body[len] there, too. Fails with BAD_RECORD or OUT_OF_MEMORY. */
IMG_CHECKED bool img_multipart_parse(const char *content_type, const char *body, size_t len,
                                     struct img_arena *arena, const struct img_part **parts,
                                     size_t *count, struct img_err *err);

#endif
