/* Memory on the device, counted; and the words for what OpenCL returns. */
#include "opencl/context.h"

#include <time.h>

bool img_cl_fail(cl_int status, const char *what, struct img_err *err)
{
    switch (status) {
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
    case CL_OUT_OF_RESOURCES:
    case CL_OUT_OF_HOST_MEMORY:
    case CL_INVALID_BUFFER_SIZE:
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %s (OpenCL error %d)",
                           what, status);
    default:
        return img_err_set(err, IMG_ERR_DEVICE_LOST, "%s failed (OpenCL error %d)", what, status);
    }
}

void img_cl_close(struct img_cl *cl)
{
    img_cl_release(cl, &cl->temporary);
    if (cl->queue)
        clReleaseCommandQueue(cl->queue);
    if (cl->upload)
        clReleaseCommandQueue(cl->upload);
    if (cl->context)
        clReleaseContext(cl->context);
    *cl = (struct img_cl){0};
}

bool img_cl_buffer(struct img_cl *cl, size_t size, cl_mem *buffer, struct img_err *err)
{
    cl_int status = CL_MEM_OBJECT_ALLOCATION_FAILURE;
    size = size > 0 ? size : 1;
    *buffer = NULL;
    if (cl->bytes + size <= cl->limit && size <= cl->largest)
        *buffer = clCreateBuffer(cl->context, CL_MEM_READ_WRITE, size, NULL, &status);
    if (!*buffer)
        return img_cl_fail(status, "a buffer", err);
    cl->bytes += size;
    cl->objects++;
    return true;
}

void img_cl_release(struct img_cl *cl, cl_mem *buffer)
{
    size_t size = 0;
    if (!*buffer)
        return;
    (void)clGetMemObjectInfo(*buffer, CL_MEM_SIZE, sizeof size, &size, NULL);
    clReleaseMemObject(*buffer);
    cl->bytes -= size;
    cl->objects--;
    *buffer = NULL;
}

bool img_cl_pinned(struct img_cl *cl, size_t size, cl_mem *buffer, void **host,
                   struct img_err *err)
{
    cl_int status;
    size = size > 0 ? size : 1;
    *host = NULL;
    *buffer = clCreateBuffer(cl->context, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR, size, NULL,
                             &status);
    if (!*buffer)
        return img_cl_fail(status, "a buffer of the host", err);
    cl->objects++;
    *host = clEnqueueMapBuffer(cl->queue, *buffer, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 0, size, 0,
                               NULL, NULL, &status);
    return status == CL_SUCCESS || img_cl_fail(status, "mapping a buffer", err);
}

void img_cl_unpin(struct img_cl *cl, cl_mem *buffer, void **host)
{
    if (!*buffer)
        return;
    if (*host)
        (void)clEnqueueUnmapMemObject(cl->queue, *buffer, *host, 0, NULL, NULL);
    (void)clFinish(cl->queue);
    clReleaseMemObject(*buffer);
    cl->objects--;
    *buffer = NULL;
    *host = NULL;
}

void img_cl_stage(struct img_cl *cl, enum img_gpu_stage stage)
{
    struct timespec t;
    if (!cl->measured)
        return;
    (void)clFinish(cl->upload);
    (void)clFinish(cl->queue);
    clock_gettime(CLOCK_MONOTONIC, &t);
    double now = (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
    if (stage < IMG_GPU_STAGES)
        cl->seconds[stage] += now - cl->begun;
    cl->begun = now;
}
