/* Compiling, and keeping what was compiled: drivers take from a tenth of a second to many. */
#include "opencl/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"

static const char source[] =
#include "opencl/kernels.cl.h"
    ;

static const char *const names[IMG_CL_KERNELS] = {
    [IMG_CL_PATCHES] = "patches",     [IMG_CL_EMBED] = "embed",
    [IMG_CL_NORM] = "norm",           [IMG_CL_NORM_WIDE] = "norm_wide",
    [IMG_CL_ATTENTION] = "attention", [IMG_CL_ACTIVATE] = "activate",
    [IMG_CL_GATHER] = "gather",       [IMG_CL_NARROW] = "narrow",
    [IMG_CL_PRODUCT] = "product",     [IMG_CL_PRODUCT_WIDE] = "product_wide",
};

/* A kept program: this, the 64-bit hash of what follows, what the driver gave. */
static const char magic[8] = {'I', 'M', 'G', 'C', 'L', '1', '\n', '\0'};
enum { HEAD = sizeof magic + 8, LARGEST = 64 << 20 };

static bool key_of(const struct img_cl *cl, const char *options, struct img_buf *path,
                   const char *folder, struct img_err *err)
{
    static const cl_device_info what[] = {CL_DEVICE_NAME, CL_DEVICE_VENDOR, CL_DEVICE_VERSION,
                                          CL_DRIVER_VERSION};
    struct img_buf text = {0};
    char hex[IMG_ID_HEX];
    for (size_t i = 0; i < sizeof what / sizeof *what; i++) {
        char value[256] = "";
        (void)clGetDeviceInfo(cl->device, what[i], sizeof value - 1, value, NULL);
        img_buf_printf(&text, "%s\n", value);
    }
    img_buf_printf(&text, "%s\n%s", options, source);
    bool ok = img_buf_ok(&text, err);
    if (ok) {
        struct img_id id = img_hash_id(text.data, text.len);
        img_id_hex(&id, hex);
        img_buf_printf(path, "%s/opencl/%s.bin", folder, hex);
        ok = img_buf_ok(path, err);
    }
    img_buf_clear(&text);
    return ok;
}

static bool build(struct img_cl *cl, cl_program program, const char *options, struct img_err *err)
{
    cl_int status = clBuildProgram(program, 1, &cl->device, options, NULL, NULL);
    if (status == CL_SUCCESS)
        return true;
    size_t size = 0;
    (void)clGetProgramBuildInfo(program, cl->device, CL_PROGRAM_BUILD_LOG, 0, NULL, &size);
    char *log = size > 0 && size < LARGEST ? calloc(1, size + 1) : NULL;
    if (log)
        (void)clGetProgramBuildInfo(program, cl->device, CL_PROGRAM_BUILD_LOG, size, log, NULL);
    const char *words = log ? log + strspn(log, " \n\t") : "";
    img_err_set(err, IMG_ERR_SYSTEM, "the driver cannot compile our kernels (OpenCL error %d): %.*s",
                status, (int)(strcspn(words, "\n") < 200 ? strcspn(words, "\n") : 200), words);
    free(log);
    return false;
}

/* The kept program, if there is one that is whole and that the driver takes. */
static bool recall(struct img_cl *cl, struct img_cl_program *p, const char *path,
                   const char *options)
{
    struct img_buf file = {0};
    struct img_err ignored;
    uint64_t hash;
    cl_int status, loaded;
    bool ok = img_file_read(path, LARGEST, &file, &ignored) && file.len > HEAD &&
              memcmp(file.data, magic, sizeof magic) == 0;
    if (ok) {
        const unsigned char *binary = (const unsigned char *)file.data + HEAD;
        size_t size = file.len - HEAD;
        memcpy(&hash, file.data + sizeof magic, sizeof hash);
        ok = hash == img_hash64(binary, size);
        if (ok)
            p->program = clCreateProgramWithBinary(cl->context, 1, &cl->device, &size, &binary,
                                                   &loaded, &status);
        cl->objects += p->program != NULL;
        ok = p->program && build(cl, p->program, options, &ignored);
    }
    img_buf_clear(&file);
    if (!ok)
        img_cl_program_close(cl, p);
    return ok;
}

static bool write_kept(const char *path, const unsigned char *binary, size_t size,
                       struct img_err *err)
{
    struct img_newfile file = {0};
    uint64_t hash = img_hash64(binary, size);
    bool ok = img_newfile_open(&file, path, err) &&
              img_newfile_write(&file, magic, sizeof magic, err) &&
              img_newfile_write(&file, &hash, sizeof hash, err) &&
              img_newfile_write(&file, binary, size, err) && img_newfile_commit(&file, err);
    img_newfile_abort(&file);
    return ok;
}

static void keep(const struct img_cl *cl, const struct img_cl_program *p, const char *folder,
                 const char *path)
{
    struct img_err err = {0};
    char place[4096];
    size_t size = 0;
    if (clGetProgramInfo(p->program, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, NULL) !=
            CL_SUCCESS || size == 0 || size > LARGEST - HEAD)
        return;
    unsigned char *binary = malloc(size);
    snprintf(place, sizeof place, "%s/opencl", folder);
    if (binary &&
        clGetProgramInfo(p->program, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL) ==
            CL_SUCCESS &&
        (!img_folder_make(place, true, &err) || !write_kept(path, binary, size, &err)))
        img_report(cl->report, IMG_WARNING, "the compiled program is not kept: %s", err.text);
    free(binary);
}

static bool compile(struct img_cl *cl, struct img_cl_program *p, const char *options,
                    struct img_err *err)
{
    const char *text = source;
    cl_int status;
    p->program = clCreateProgramWithSource(cl->context, 1, &text, NULL, &status);
    if (!p->program)
        return img_cl_fail(status, "a program", err);
    cl->objects++;
    p->compiled = true;
    return build(cl, p->program, options, err);
}

static bool make_kernels(struct img_cl *cl, struct img_cl_program *p, bool f16,
                         struct img_err *err)
{
    cl_int status;
    for (int i = 0; i < (f16 ? IMG_CL_KERNELS : IMG_CL_F16); i++) {
        p->kernels[i] = clCreateKernel(p->program, names[i], &status);
        if (!p->kernels[i])
            return img_cl_fail(status, names[i], err);
        cl->objects++;
    }
    return true;
}

bool img_cl_program_open(struct img_cl *cl, struct img_cl_program *program, unsigned head,
                         bool f16, const char *cache_folder, struct img_err *err)
{
    char options[64];
    struct img_buf path = {0};
    *program = (struct img_cl_program){0};
    snprintf(options, sizeof options, "-DHEAD=%u -DF16=%d", head, f16);
    bool ok = !cache_folder || key_of(cl, options, &path, cache_folder, err);
    if (ok && !(cache_folder && recall(cl, program, path.data, options))) {
        ok = compile(cl, program, options, err);
        if (ok && cache_folder)
            keep(cl, program, cache_folder, path.data);
    }
    img_buf_clear(&path);
    return ok && make_kernels(cl, program, f16, err);
}

void img_cl_program_close(struct img_cl *cl, struct img_cl_program *program)
{
    for (int i = 0; i < IMG_CL_KERNELS; i++)
        if (program->kernels[i]) {
            clReleaseKernel(program->kernels[i]);
            cl->objects--;
        }
    if (program->program) {
        clReleaseProgram(program->program);
        cl->objects--;
    }
    *program = (struct img_cl_program){0};
}

bool img_cl_start(struct img_cl *cl, cl_kernel kernel, const struct img_cl_arg *args,
                  size_t count, const struct img_cl_grid *grid, struct img_err *err)
{
    size_t items[3], group[3];
    cl_int status = CL_SUCCESS;
    for (size_t i = 0; i < count && status == CL_SUCCESS; i++)
        status = clSetKernelArg(kernel, (cl_uint)i, args[i].size, args[i].value);
    for (int i = 0; i < 3; i++) {
        group[i] = grid->group[i] ? grid->group[i] : 1;
        items[i] = grid->items[i] ? (grid->items[i] + group[i] - 1) / group[i] * group[i] : 1;
    }
    if (status == CL_SUCCESS)
        status = clEnqueueNDRangeKernel(cl->queue, kernel, 3, NULL, items, group,
                                        grid->after != NULL, grid->after ? &grid->after : NULL,
                                        NULL);
    return status == CL_SUCCESS || img_cl_fail(status, "a kernel", err);
}
