/* The index beside a checkpoint that lies in several files (model.safetensors.index.json,
 * pytorch_model.bin.index.json): which files they are. */
#ifndef IMG_WEIGHTS_SHARDS_H
#define IMG_WEIGHTS_SHARDS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/* Reads the index at path into the sorted names[count] of its files (plain names in the index's
 * folder, each once), in arena. Fails with MODEL_INVALID; the text does not name the index. */
IMG_CHECKED bool img_shards_read(const char *path, struct img_arena *arena,
                                 const char *const **names, size_t *count, struct img_err *err);

#endif
