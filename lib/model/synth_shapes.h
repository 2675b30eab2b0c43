/* The shapes img-model synth knows by name. */
#ifndef IMG_MODEL_SYNTH_SHAPES_H
#define IMG_MODEL_SYNTH_SHAPES_H

#include "base/buf.h"
#include "model/model.h"

struct img_synth_shape {
    const char *name;
    const char *alias; /* a second name, or NULL */
    enum img_layout layout;
    enum img_activation activation;
    unsigned dimension, size, patch;
    struct {
        unsigned width, layers, heads;
    } image, text; /* MLPs are four times as wide; 77 positions, 49408 tokens */
};

/* NULL when there is none of that name. */
const struct img_synth_shape *img_synth_shape_find(const char *name);

/* Its configuration, as the layout's own library writes it. *file is the name it goes by. */
void img_synth_config_put(const struct img_synth_shape *shape, struct img_buf *out,
                          const char **file);

/* preprocessor_config.json of a Hugging Face shape. */
void img_synth_preprocessor_put(const struct img_synth_shape *shape, struct img_buf *out);

#endif
