/* Writing a safetensors file as a stream: the header first, then each tensor's bytes in order. */
#ifndef IMG_WEIGHTS_WRITE_H
#define IMG_WEIGHTS_WRITE_H

#include "base/file.h"
#include "weights/weights.h"

/* Writes length and header for these float32 tensors (name, dims and shape are read; names are of
 * letters, digits, '.', '_' and '-'). The caller then writes count elements of each, in this order,
 * little-endian. Fails with OUTPUT, OUT_OF_MEMORY or, for a name or shape that cannot be, with
 * MODEL_INVALID. */
IMG_CHECKED bool img_safetensors_begin(struct img_newfile *file, const struct img_tensor *tensors,
                                       size_t count, struct img_err *err);

#endif
