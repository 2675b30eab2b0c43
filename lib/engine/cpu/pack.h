/* Packing: a model's tensors into the block that the forward pass works from. */
#ifndef IMG_ENGINE_CPU_PACK_H
#define IMG_ENGINE_CPU_PACK_H

#include "base/pool.h"
#include "engine/cpu/plan.h"

/* Fills block [plan->size] (64-byte aligned, zeroed by the caller) from a loaded model and computes
 * its fingerprint meanwhile, on the team's threads. */
IMG_CHECKED bool img_pack(const struct img_model *model, const struct img_plan *plan,
                          struct img_pool *pool, float *block, char fingerprint[IMG_FINGERPRINT_HEX],
                          struct img_err *err);

#endif
