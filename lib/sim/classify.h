/* img-sim classify: which of some labels fit, by texts (zero-shot, Radford et al., 2021) or by
 * examples. */
#ifndef IMG_SIM_CLASSIFY_H
#define IMG_SIM_CLASSIFY_H

#include "sim/context.h"
#include "sim/sidecar.h"

struct img_sim_classify_options {
    struct img_string_list labels, templates;
    const char *label_file; /* NULL: none */
    const char *examples;   /* a folder of folders instead of labels; NULL: none */
    bool multi;       /* each label by itself: score is the cosine, not a share of all */
    size_t top_k;     /* labels a picture; 0: five, or one when they are written */
    double min_score; /* -INFINITY: none */
    bool write_xmp;   /* into sidecars, which are called … */
    enum img_sidecar_name xmp_name;
    const char *where; /* a filter on records; NULL: none */
};

/* Writes a record a picture, in their order. Fails with USAGE (no labels, a file or folder of
 * them that cannot be read, …) and as the source and the model do. */
IMG_CHECKED bool img_sim_classify(const struct img_sim_context *context,
                                  const struct img_sim_classify_options *options,
                                  struct img_err *err);

#endif
