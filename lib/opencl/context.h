/* A device with its queues, and the memory taken on it. Nothing else in lib/ includes OpenCL. */
#ifndef IMG_OPENCL_CONTEXT_H
#define IMG_OPENCL_CONTEXT_H

#define CL_TARGET_OPENCL_VERSION 120
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>

#include "engine/gpu/plugin.h"

/* Zeroed is closed. One thread at a time. */
struct img_cl {
    cl_device_id device;
    cl_context context;
    cl_command_queue queue, upload; /* computing; pixels on their way */
    cl_mem temporary;               /* of the matrix products */
    size_t temporary_size;
    uint64_t limit, bytes; /* of buffers on the device */
    size_t largest;        /* of one buffer */
    size_t objects;        /* buffers, programs, kernels, events, queues and contexts alive */
    bool measured;
    double begun, seconds[IMG_GPU_STAGES];
    const struct img_report *report;
};

/* Sets err for what a call returned: OUT_OF_MEMORY, or DEVICE_LOST for everything else. False. */
bool img_cl_fail(cl_int status, const char *what, struct img_err *err);

/* The devices there are, as the plug-in's interface has it. */
bool img_cl_devices(struct img_gpu_device *devices, size_t most, size_t *count,
                    struct img_err *err);

/* id as img_cl_devices() gives it. limit: bytes, 0: what the device has. */
IMG_CHECKED bool img_cl_open(struct img_cl *cl, const char *id, uint64_t limit,
                             struct img_err *err);
void img_cl_close(struct img_cl *cl);

/* A buffer of size bytes (at least one). */
IMG_CHECKED bool img_cl_buffer(struct img_cl *cl, size_t size, cl_mem *buffer,
                               struct img_err *err);
void img_cl_release(struct img_cl *cl, cl_mem *buffer);

/* A buffer that the host sees at *host, which the device's copies can be made from directly. */
IMG_CHECKED bool img_cl_pinned(struct img_cl *cl, size_t size, cl_mem *buffer, void **host,
                               struct img_err *err);
void img_cl_unpin(struct img_cl *cl, cl_mem *buffer, void **host);

/* Where times are measured: waits for the queue and adds what passed since the last call. */
void img_cl_stage(struct img_cl *cl, enum img_gpu_stage stage);

#endif
