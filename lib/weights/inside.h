/* What the readers of lib/weights share: the checkpoint being filled. Nobody else includes this. */
#ifndef IMG_WEIGHTS_INSIDE_H
#define IMG_WEIGHTS_INSIDE_H

#include "weights/weights.h"

enum {
    IMG_TENSORS_MAX = 100000,
    IMG_TENSOR_NAME_MAX = 1024, /* bytes */
    IMG_WEIGHT_FILES_MAX = 1000
};

struct img_weights {
    struct img_arena arena; /* names, and tensors that had to be made contiguous */
    struct img_map *maps;
    size_t map_count;
    struct img_tensor *tensors; /* sorted by name once open */
    size_t count, cap;
};

/* Bytes an element takes; IMG_OTHER has no size of its own, so readers keep theirs. */
size_t img_dtype_size(enum img_dtype dtype);

/* shape[dims] times element, in *bytes, and the product of shape in *count. False when there are
 * too many dimensions or the product does not fit. */
IMG_CHECKED bool img_tensor_bytes(const size_t *shape, unsigned dims, size_t element,
                                  size_t *count, size_t *bytes);

/* Takes the tensor in; its name (len bytes) is copied. */
IMG_CHECKED bool img_weights_add(struct img_weights *weights, const struct img_tensor *tensor,
                                 const char *name, size_t len, struct img_err *err);

/* Adds the tensors of one mapped file. Errors name tensor and reason, not the file. */
IMG_CHECKED bool img_safetensors_read(struct img_weights *weights, const struct img_map *map,
                                      struct img_err *err);
IMG_CHECKED bool img_checkpoint_read(struct img_weights *weights, const struct img_map *map,
                                     struct img_err *err);

#endif
