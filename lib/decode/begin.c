/* Starting libvips so that it stays quiet, small and alone. */
#include <vips/vips.h>

#include "decode/decode.h"
#include "decode/log.h"

static const char *const allowed[] = {
    "VipsForeignLoadJpeg", "VipsForeignLoadPng",  "VipsForeignLoadWebp", "VipsForeignLoadTiff",
    "VipsForeignLoadHeif", "VipsForeignLoadJp2k", "VipsForeignLoadJxl",  "VipsForeignLoadSvg",
    "VipsForeignLoadPdf",
};

bool img_decode_begin(struct img_err *err)
{
    img_log_silence();
    if (vips_init("img-decode") != 0) {
        vips_error_clear();
        return img_err_set(err, IMG_ERR_SYSTEM, "libvips does not start");
    }
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
