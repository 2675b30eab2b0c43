/* Loading a plug-in, and choosing among the devices it has. */
#ifndef IMG_ENGINE_GPU_LOAD_H
#define IMG_ENGINE_GPU_LOAD_H

#include "base/buf.h"
#include "engine/gpu/plugin.h"

/* Zeroed is closed. */
struct img_gpu_library {
    void *handle;
    const struct img_gpu_plugin *plugin;
};

/* path NULL: img-gpu-opencl.so as it is installed. Fails with SYSTEM: not there, not to be loaded
 * (its libraries are missing), or of another version. */
IMG_CHECKED bool img_gpu_load(struct img_gpu_library *library, const char *path,
                              struct img_err *err);
void img_gpu_unload(struct img_gpu_library *library);

/* Whether the kernel knows of a card: files in /dev, some microseconds. */
bool img_gpu_seems_there(void);

/* The device of this name: "cuda:1", "opencl:0:0", or a part of its name in any case. NULL: the first
 * card, NVIDIA's before others; and where there is none, what there is if others is true. Fails with
 * SYSTEM, naming what there is. */
IMG_CHECKED bool img_gpu_choose(const struct img_gpu_device *devices, size_t count,
                                const char *name, bool others, size_t *chosen,
                                struct img_err *err);

/* A device as lines of text or as a JSON object and newline. */
void img_gpu_put_text(const struct img_gpu_device *device, struct img_buf *out);
void img_gpu_put_json(const struct img_gpu_device *device, struct img_buf *out);

#endif
