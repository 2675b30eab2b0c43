/* Full-size models with seeded weights, for tests and benchmarks where no real checkpoint is at
 * hand: each value follows from the tensor's name in the checkpoint, its index and the seed, so two
 * machines (and another program) make the same model. img-model(1) has the rule. */
#ifndef IMG_MODEL_SYNTH_H
#define IMG_MODEL_SYNTH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct img_synth_spec {
    const char *name;          /* one of img_synth_name()'s, or NULL: */
    const char *config_folder; /* the configuration and tokenizer files of this folder */
    uint64_t seed;
};

/* The known shapes, from index 0; NULL behind the last. */
const char *img_synth_name(size_t index);

/* Writes configuration and safetensors into folder (made if need be). Fails with USAGE (an unknown
 * name), OUTPUT, OUT_OF_MEMORY, or as img_model_open() does for a configuration. */
IMG_CHECKED bool img_synth_write(const struct img_synth_spec *spec, const char *folder,
                                 struct img_err *err);

/* Elements first .. first+count of the tensor of that name and shape. */
void img_synth_values(const char *name, const size_t *shape, unsigned dims, uint64_t seed,
                      size_t first, size_t count, float *out);

#endif
