/* Test support: an OpenCL device to test with, such as PoCL's. */
#ifndef IMG_TESTS_GPU_H
#define IMG_TESTS_GPU_H

#include "engine/engine.h"

/* Skips the test, with a printed line, when there is no plug-in or no device. */
void gpu_need(void);

/* Any device there is, as a must. PoCL's own cache is put below the build's folder. */
struct img_engine_options gpu_options(void);

#endif
