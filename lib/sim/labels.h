/* Labels, and the texts that stand for them. */
#ifndef IMG_SIM_LABELS_H
#define IMG_SIM_LABELS_H

#include "base/arena.h"
#include "base/err.h"
#include "cli/options.h"

enum {
    IMG_LABELS_MAX = 20000,      /* and as many texts */
    IMG_LABELS_BYTES = 16 << 20, /* of a file */
};

/* A label's texts are those of the same label, next to each other in the list. */
struct img_label_text {
    size_t label;
    size_t number; /* in the order given */
    const char *text;
};

struct img_labels {
    const char **names; /* [count], in the order they were first given */
    size_t count;
    struct img_label_text *texts; /* [text_count], by label, then in the order given */
    size_t text_count;
};

/* From --label words and the lines of a file (NULL: none). A word or line is a label, which is
 * its own text, or a label, a tab and a text; a label given again gets one more text. Empty
 * lines are passed over. All lives in arena. Fails with USAGE: the file cannot be read, no label
 * at all, a line that is not UTF-8 or has a control character in it (each is named). */
IMG_CHECKED bool img_labels_read(const struct img_string_list *words, const char *file,
                                 struct img_arena *arena, struct img_labels *labels,
                                 struct img_err *err);

#endif
