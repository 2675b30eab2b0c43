/* What a test or a benchmark wants to know of a GPU engine. */
#ifndef IMG_ENGINE_GPU_GPU_H
#define IMG_ENGINE_GPU_GPU_H

#include "engine/engine.h"
#include "engine/gpu/plugin.h"

/* engine came from img_engine_open_gpu(). False when a CPU has taken over. */
bool img_engine_gpu_stats(const struct img_engine *engine, struct img_gpu_stats *stats);

/* Pictures that go through it at once; fewer after the device ran out of memory. */
size_t img_engine_gpu_at_once(const struct img_engine *engine);

#endif
