/* Looking for a device once, and where its compiler may keep things. */
#include "support/gpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/gpu/load.h"

/* Asked by the sanitizer, which stumbles over PoCL's threads when it looks for leaks. The device's
 * objects are counted; the host's side is searched for leaks with a plug-in that has no threads. */
int __lsan_is_turned_off(void);

int __lsan_is_turned_off(void)
{
    return 1;
}

static void set_places(void)
{
    char folder[512];
    const char *build = getenv("BUILD");
    struct img_err err;
    snprintf(folder, sizeof folder, "%s/pocl", build ? build : "build");
    if (img_folder_make(folder, false, &err))
        setenv("POCL_CACHE_DIR", folder, 1);
}

void gpu_need(void)
{
    struct img_gpu_library library;
    struct img_gpu_device devices[IMG_GPU_DEVICES];
    struct img_err err;
    size_t count;
    set_places();
    bool there = img_gpu_load(&library, NULL, &err) &&
                 library.plugin->devices(devices, IMG_GPU_DEVICES, &count, &err);
    img_gpu_unload(&library);
    if (!there) {
        print_message("skipped: %s\n", err.text);
        skip();
    }
}

struct img_engine_options gpu_options(void)
{
    return (struct img_engine_options){.gpu = {.wish = IMG_GPU_MUST}};
}
