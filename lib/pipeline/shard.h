/* --shard I/N. */
#ifndef IMG_PIPELINE_SHARD_H
#define IMG_PIPELINE_SHARD_H

#include <stdint.h>

#include "base/err.h"

/* "2/8" to 2 and 8; NULL to 0 and 0, which is all. Fails with USAGE. */
IMG_CHECKED bool img_shard_parse(const char *text, uint64_t *shard, uint64_t *shards,
                                 struct img_err *err);

#endif
