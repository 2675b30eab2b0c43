/* dlopen and what can be wrong about a plug-in. */
#include "engine/gpu/load.h"

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#include "base/place.h"

#define PLUGIN "img-gpu-opencl.so"

bool img_gpu_seems_there(void)
{
    static const char *const files[] = {"/dev/nvidiactl", "/dev/dri/renderD128", "/dev/kfd",
                                        "/dev/dxg", "/dev/mali0"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (access(files[i], F_OK) == 0)
            return true;
    return false;
}

static bool fits(const struct img_gpu_plugin *plugin, struct img_err *err)
{
    if (!plugin)
        return img_err_set(err, IMG_ERR_SYSTEM, "is no plug-in of img-tools");
    if (plugin->interface != IMG_GPU_INTERFACE || strcmp(plugin->version, IMG_VERSION) != 0)
        return img_err_set(err, IMG_ERR_SYSTEM,
                           "is of img-tools %s, interface %u; this is %s, interface %d",
                           plugin->version, plugin->interface, IMG_VERSION, IMG_GPU_INTERFACE);
    return true;
}

bool img_gpu_load(struct img_gpu_library *library, const char *path, struct img_err *err)
{
    char installed[PATH_MAX];
    *library = (struct img_gpu_library){0};
    if (!path && !img_place_program(PLUGIN, installed, err))
        return false;
    if (!path)
        path = installed;
    /* Drivers do not bear being unloaded. */
    library->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library->handle)
        return img_err_set(err, IMG_ERR_SYSTEM, "cannot be loaded: %s", dlerror());
    void *symbol = dlsym(library->handle, IMG_GPU_SYMBOL);
    img_gpu_plugin_function *function;
    memcpy(&function, &symbol, sizeof function);
    library->plugin = function ? function() : NULL;
    if (fits(library->plugin, err))
        return true;
    img_gpu_unload(library);
    return img_err_in(err, "%s", path);
}

void img_gpu_unload(struct img_gpu_library *library)
{
    if (library->handle)
        dlclose(library->handle);
    *library = (struct img_gpu_library){0};
}
