/* Labels with a vector each. */
#ifndef IMG_SIM_LABEL_VECTORS_H
#define IMG_SIM_LABEL_VECTORS_H

#include "sim/classify.h"
#include "sim/labels.h"

struct img_label_vectors {
    struct img_labels labels;
    const float *vectors; /* [labels.count, dimension], of length 1; in the arena */
    double scale;         /* the model's logit scale; 0: scores are no shares (examples, multi) */
};

/* What can be wrong about the labels, before anything is opened; nothing with examples. Fails with
 * USAGE. */
IMG_CHECKED bool img_label_vectors_check(const struct img_sim_classify_options *options,
                                         struct img_arena *arena, struct img_label_vectors *to,
                                         struct img_err *err);

/* Embeds them with the model of the vectors that facts and of describe: each text in all
 * templates, the mean direction of all of a label's. Fails as the model does; a text that cannot
 * be embedded is named. */
IMG_CHECKED bool img_label_vectors_make(const struct img_sim_context *context,
                                        const struct img_sim_classify_options *options,
                                        const struct img_vector_facts *facts, const char *of,
                                        struct img_arena *arena, struct img_label_vectors *to,
                                        struct img_err *err);

#endif
