/* Listing and opening devices. */
#include <stdio.h>
#include <string.h>

#include "opencl/context.h"

enum { PLATFORMS = 16, EACH = 32, NVIDIA = 0x10de, ICD_NONE = -1001 };

static void text_of(cl_device_id device, cl_device_info what, size_t size, char *text)
{
    if (clGetDeviceInfo(device, what, size - 1, text, NULL) != CL_SUCCESS)
        text[0] = '\0';
    text[size - 1] = '\0';
}

static bool extends(cl_device_id device, const char *name)
{
    char all[8192] = "";
    text_of(device, CL_DEVICE_EXTENSIONS, sizeof all, all);
    return strstr(all, name) != NULL;
}

static void describe(cl_device_id id, unsigned *cards, struct img_gpu_device *d)
{
    cl_device_type type = 0;
    cl_uint vendor = 0;
    cl_ulong memory = 0;
    text_of(id, CL_DEVICE_NAME, sizeof d->name, d->name);
    text_of(id, CL_DRIVER_VERSION, sizeof d->driver, d->driver);
    (void)clGetDeviceInfo(id, CL_DEVICE_TYPE, sizeof type, &type, NULL);
    (void)clGetDeviceInfo(id, CL_DEVICE_VENDOR_ID, sizeof vendor, &vendor, NULL);
    (void)clGetDeviceInfo(id, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof memory, &memory, NULL);
    d->memory = memory;
    d->kind = type & CL_DEVICE_TYPE_GPU   ? IMG_GPU_CARD
              : type & CL_DEVICE_TYPE_CPU ? IMG_GPU_PROCESSOR
                                          : IMG_GPU_OTHER;
    d->f16 = extends(id, "cl_khr_fp16");
    if (vendor == NVIDIA && d->kind == IMG_GPU_CARD)
        snprintf(d->cuda, sizeof d->cuda, "cuda:%u", (*cards)++);
}

static bool platforms(cl_platform_id found[PLATFORMS], cl_uint *count, struct img_err *err)
{
    cl_int status = clGetPlatformIDs(PLATFORMS, found, count);
    if (status == ICD_NONE || (status == CL_SUCCESS && *count == 0))
        return img_err_set(err, IMG_ERR_SYSTEM, "no OpenCL driver works here");
    if (status != CL_SUCCESS)
        return img_err_set(err, IMG_ERR_SYSTEM, "OpenCL cannot list its drivers: error %d", status);
    *count = *count < PLATFORMS ? *count : PLATFORMS;
    return true;
}

static cl_uint devices_of(cl_platform_id platform, cl_device_id found[EACH])
{
    cl_uint count = 0;
    if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, EACH, found, &count) != CL_SUCCESS)
        return 0;
    return count < EACH ? count : EACH;
}

bool img_cl_devices(struct img_gpu_device *devices, size_t most, size_t *count,
                    struct img_err *err)
{
    cl_platform_id platform[PLATFORMS];
    cl_device_id device[EACH];
    cl_uint p_count;
    unsigned cards = 0;
    *count = 0;
    if (!platforms(platform, &p_count, err))
        return false;
    for (cl_uint p = 0; p < p_count; p++) {
        cl_uint d_count = devices_of(platform[p], device);
        for (cl_uint d = 0; d < d_count && *count < most; d++) {
            struct img_gpu_device *to = &devices[(*count)++];
            *to = (struct img_gpu_device){0};
            snprintf(to->id, sizeof to->id, "opencl:%u:%u", p, d);
            (void)clGetPlatformInfo(platform[p], CL_PLATFORM_NAME, sizeof to->platform - 1,
                                    to->platform, NULL);
            describe(device[d], &cards, to);
        }
    }
    return *count > 0 || img_err_set(err, IMG_ERR_SYSTEM, "OpenCL has drivers, but no device");
}

static bool find(const char *id, cl_device_id *found, struct img_err *err)
{
    cl_platform_id platform[PLATFORMS];
    cl_device_id device[EACH];
    cl_uint p_count;
    char name[32];
    if (!platforms(platform, &p_count, err))
        return false;
    for (cl_uint p = 0; p < p_count; p++)
        for (cl_uint d = devices_of(platform[p], device); d-- > 0;) {
            snprintf(name, sizeof name, "opencl:%u:%u", p, d);
            *found = device[d];
            if (strcmp(name, id) == 0)
                return true;
        }
    return img_err_set(err, IMG_ERR_SYSTEM, "device %s is gone", id);
}

bool img_cl_open(struct img_cl *cl, const char *id, uint64_t limit, struct img_err *err)
{
    cl_int status, second = CL_SUCCESS;
    cl_ulong memory = 0, largest = 0;
    *cl = (struct img_cl){0};
    if (!find(id, &cl->device, err))
        return false;
    cl->context = clCreateContext(NULL, 1, &cl->device, NULL, NULL, &status);
    if (!cl->context)
        return img_cl_fail(status, "a context", err);
    cl->objects++;
    cl->queue = clCreateCommandQueue(cl->context, cl->device, 0, &status);
    cl->upload = clCreateCommandQueue(cl->context, cl->device, 0, &second);
    cl->objects += (cl->queue ? 1u : 0u) + (cl->upload ? 1u : 0u);
    if (!cl->queue || !cl->upload)
        return img_cl_fail(cl->queue ? second : status, "a queue", err);
    (void)clGetDeviceInfo(cl->device, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof memory, &memory, NULL);
    (void)clGetDeviceInfo(cl->device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof largest, &largest,
                          NULL);
    cl->limit = limit ? limit : memory;
    cl->largest = largest;
    return true;
}
