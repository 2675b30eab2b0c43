/* An unpickler that can build a dictionary of tensors and nothing else.
 *
 * It knows the opcodes that PyTorch's state dictionaries use (protocols 2 to 5) and the handful of
 * globals in pickle_globals.c; whatever else a pickle asks for is refused by its name, before
 * anything is built. It runs no code and follows no reference, so a pickle costs time and memory in
 * proportion to its length, below fixed ceilings. */
#ifndef IMG_WEIGHTS_UNPICKLE_H
#define IMG_WEIGHTS_UNPICKLE_H

#include <stddef.h>

#include "base/err.h"
#include "weights/weights.h"

/* A tensor as the pickle describes it; nothing of it is checked against its storage yet. */
struct img_pickled {
    const char *name; /* name_len bytes; they and key lie in the pickle */
    size_t name_len;
    const char *key; /* of the storage, key_len bytes */
    size_t key_len;
    enum img_dtype dtype;
    size_t element;  /* bytes of one */
    size_t numel;    /* elements the storage has */
    size_t offset;   /* of the first element, in elements */
    unsigned dims;
    size_t shape[IMG_DIMS_MAX], stride[IMG_DIMS_MAX];
};

typedef bool (*img_pickled_visit)(void *ctx, const struct img_pickled *tensor, struct img_err *err);

/* Calls visit for each tensor of the dictionary that bytes[size] pickles, in order; entries that
 * are no tensors are passed over, but there must be a tensor. Fails with MODEL_INVALID or
 * OUT_OF_MEMORY, or as visit does. */
IMG_CHECKED bool img_unpickle(const unsigned char *bytes, size_t size, img_pickled_visit visit,
                              void *ctx, struct img_err *err);

#endif
