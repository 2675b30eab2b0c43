/* Named tensors of a checkpoint, wherever it keeps them: one safetensors file, shards behind an
 * index, or a pytorch_model.bin. Files are mapped; every header, offset, shape and dtype is checked
 * before a tensor is handed out.
 *
 * Specifications: the safetensors format; PyTorch's zip checkpoint with a protocol-2 pickle, read by
 * an unpickler that can build tensors and nothing else. */
#ifndef IMG_WEIGHTS_WEIGHTS_H
#define IMG_WEIGHTS_WEIGHTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"

enum img_dtype { IMG_F32, IMG_F16, IMG_BF16, IMG_F64, IMG_I64, IMG_OTHER };
enum { IMG_DIMS_MAX = 8 };

struct img_tensor {
    const char *name; /* UTF-8, NUL-terminated, as in the checkpoint */
    enum img_dtype dtype;
    unsigned dims;
    size_t shape[IMG_DIMS_MAX];
    size_t count;              /* product of shape; 1 for a scalar */
    const unsigned char *data; /* little-endian, row-major, count elements; any alignment */
};

struct img_weights;

/* Opens the checkpoint files (paths[count], all of one checkpoint; the kind is judged by content).
 * Fails with MODEL_MISSING (a file is not there) or MODEL_INVALID (the text names file and reason). */
IMG_CHECKED bool img_weights_open(struct img_weights **weights, const char *const *paths,
                                  size_t count, struct img_err *err);

/* NULL when there is none of that name. */
const struct img_tensor *img_weights_find(const struct img_weights *weights, const char *name);

size_t img_weights_count(const struct img_weights *weights);
const struct img_tensor *img_weights_at(const struct img_weights *weights, size_t index);

void img_weights_close(struct img_weights *weights);

/* Elements first .. first+count of a F32, F16, BF16 or F64 tensor as float32 (exact, F64 rounded). */
void img_tensor_read(const struct img_tensor *tensor, size_t first, size_t count, float *out);

#endif
