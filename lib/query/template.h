/* Prompt templates: a text is put where a template has {}, and the embeddings of what comes out are
 * averaged. */
#ifndef IMG_QUERY_TEMPLATE_H
#define IMG_QUERY_TEMPLATE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct img_templates {
    const char *const *items;
    size_t count;
};

enum { IMG_TEMPLATES_MAX = 1000 };

/* templates out of the words given: each is one, and "ensemble" stands for the seven that CLIP's
 * authors found to do best together (the CLIP repository's prompt engineering notebook). What was
 * given must outlive them. Fails with USAGE (no {} in it, too many) or OUT_OF_MEMORY. */
IMG_CHECKED bool img_templates_make(const char *const *words, size_t n, struct img_arena *arena,
                                    struct img_templates *templates, struct img_err *err);

/* A template with text[len] in the place of every {}: *filled_len bytes in arena. */
IMG_CHECKED const char *img_template_fill(const char *template, const char *text, size_t len,
                                          struct img_arena *arena, size_t *filled_len,
                                          struct img_err *err);

#endif
