/* What a test tells the plug-in that only pretends to drive a device. */
#ifndef IMG_TESTS_FAKE_GPU_H
#define IMG_TESTS_FAKE_GPU_H

#include "engine/gpu/plugin.h"

struct fake_gpu {
    struct img_gpu_plugin plugin; /* what it presents itself as */
    enum img_code devices_fail, open_fails;
    size_t room;        /* sequences that it can reserve; 0: any */
    size_t late_room;   /* sequences that it can compute; 0: any */
    unsigned lost_at;   /* the call of images() or texts() that fails, counted from 1; 0: none */
    unsigned calls, nets; /* made so far; open now */
    size_t reserved;
};

#define FAKE_GPU_SYMBOL "fake_gpu"

/* Embedding of a picture: its first bytes. */
static inline float fake_gpu_value(const uint8_t *picture, size_t i)
{
    return (float)picture[i % 64] + 1;
}

#endif
