/* Is a model complete and sane? */
#ifndef IMG_HUB_CHECK_H
#define IMG_HUB_CHECK_H

#include <stddef.h>

#include "base/err.h"
#include "model/model.h"

struct img_hub_checked {
    size_t files;    /* that decide the model */
    size_t verified; /* … and have the digest the hub published */
    size_t tensors;  /* in the checkpoint */
    char fingerprint[IMG_FINGERPRINT_HEX];
    bool packed;           /* packed weights were there and are sound; these three are the caller's */
    size_t golden;         /* golden embeddings compared */
    double golden_distance; /* the largest */
};

/* Opens the model in folder and looks at all of it: published digests where the hub's cache knows
 * them, every tensor there, of its shape and finite, a tokenizer that fits and encodes. Fails as
 * img_model_open(), img_model_load() and img_tokenizer_build() do. */
IMG_CHECKED bool img_hub_check(const char *folder, struct img_hub_checked *checked,
                               struct img_err *err);

#endif
