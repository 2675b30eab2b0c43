/* Starting libvips so that it stays quiet, small and alone. */
#include <dlfcn.h>
#include <gmodule.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <vips/vips.h>

#include "decode/decode.h"
#include "decode/log.h"

static const char *const allowed[] = {
    "VipsForeignLoadJpeg", "VipsForeignLoadPng",  "VipsForeignLoadWebp", "VipsForeignLoadTiff",
    "VipsForeignLoadHeif", "VipsForeignLoadJp2k", "VipsForeignLoadJxl",  "VipsForeignLoadSvg",
    "VipsForeignLoadPdf",
    "VipsForeignSaveJpegBuffer", /* thumbnails */
};

/* The folder of libvips' modules: beside the library itself. */
static bool module_folder(char folder[PATH_MAX])
{
    Dl_info library;
    int (*init)(const char *) = vips_init;
    void *address;
    memcpy(&address, &init, sizeof address);
    if (dladdr(address, &library) == 0 || !library.dli_fname)
        return false;
    const char *slash = strrchr(library.dli_fname, '/');
    int n = snprintf(folder, PATH_MAX, "%.*s/vips-modules-%d.%d",
                     slash ? (int)(slash - library.dli_fname) : 1,
                     slash ? library.dli_fname : ".", vips_version(0), vips_version(1));
    return n > 0 && n < PATH_MAX;
}

/* A format that libvips keeps in a module (img-decode keeps it from loading all of them); one that is
 * built in, or is not installed, has none. */
static void load_module(const char *name)
{
    char folder[PATH_MAX], path[PATH_MAX + 32];
    if (!module_folder(folder))
        return;
    snprintf(path, sizeof path, "%s/%.20s.so", folder, name);
    GModule *module = g_module_open(path, G_MODULE_BIND_LAZY);
    if (module)
        g_module_make_resident(module);
}

void img_decode_load_pdf(void)
{
    load_module("vips-poppler");
}

bool img_decode_begin(struct img_err *err)
{
    img_log_silence();
    if (vips_init("img-decode") != 0) {
        vips_error_clear();
        return img_err_set(err, IMG_ERR_SYSTEM, "libvips does not start");
    }
    load_module("vips-heif");
    load_module("vips-jxl");
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_cache_set_max_mem(0);
    vips_cache_set_max_files(0);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    vips_operation_block_set("VipsForeignSave", TRUE);
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        vips_operation_block_set(allowed[i], FALSE);
    vips_error_clear();
    return true;
}
