/* A driver of OpenCL, as the loader wants one, with a platform and without a device. */
#define CL_TARGET_OPENCL_VERSION 120
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS
#include <CL/cl.h>
#include <CL/cl_ext.h>
#include <CL/cl_icd.h>
#include <stdio.h>
#include <string.h>

struct _cl_platform_id {
    const cl_icd_dispatch *dispatch;
};

#define EXPORTED __attribute__((visibility("default")))

EXPORTED void *CL_API_CALL clGetExtensionFunctionAddress(const char *name);
static cl_int CL_API_CALL platform_ids(cl_uint most, cl_platform_id *ids, cl_uint *count);

static cl_int CL_API_CALL platform_info(cl_platform_id platform, cl_platform_info what, size_t size,
                                        void *value, size_t *needed)
{
    const char *text = what == CL_PLATFORM_EXTENSIONS       ? "cl_khr_icd"
                       : what == CL_PLATFORM_ICD_SUFFIX_KHR ? "FAKE"
                       : what == CL_PLATFORM_VERSION        ? "OpenCL 1.2 fake"
                                                            : "Fake";
    (void)platform;
    if (value)
        snprintf(value, size, "%s", text);
    if (needed)
        *needed = strlen(text) + 1;
    return CL_SUCCESS;
}

static cl_int CL_API_CALL device_ids(cl_platform_id platform, cl_device_type type, cl_uint most,
                                     cl_device_id *ids, cl_uint *count)
{
    (void)platform;
    (void)type;
    (void)most;
    (void)ids;
    if (count)
        *count = 0;
    return CL_DEVICE_NOT_FOUND;
}

static const cl_icd_dispatch dispatch = {.clGetPlatformIDs = platform_ids,
                                         .clGetPlatformInfo = platform_info,
                                         .clGetDeviceIDs = device_ids,
                                         .clGetExtensionFunctionAddress =
                                             clGetExtensionFunctionAddress};
static struct _cl_platform_id platform_there_is = {&dispatch};

static cl_int CL_API_CALL platform_ids(cl_uint most, cl_platform_id *ids, cl_uint *count)
{
    if (ids && most > 0)
        ids[0] = &platform_there_is;
    if (count)
        *count = 1;
    return CL_SUCCESS;
}

void *CL_API_CALL clGetExtensionFunctionAddress(const char *name)
{
    cl_int(CL_API_CALL *ids)(cl_uint, cl_platform_id *, cl_uint *) = platform_ids;
    cl_int(CL_API_CALL *info)(cl_platform_id, cl_platform_info, size_t, void *, size_t *) =
        platform_info;
    void *address = NULL;
    if (strcmp(name, "clIcdGetPlatformIDsKHR") == 0)
        memcpy(&address, &ids, sizeof address);
    if (strcmp(name, "clGetPlatformInfo") == 0)
        memcpy(&address, &info, sizeof address);
    return address;
}
