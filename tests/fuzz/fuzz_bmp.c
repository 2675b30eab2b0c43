/* Our own decoders, BMP and Netpbm, through orientation and resampling: never a bad access, and a
 * sentence for every failure. */
#include <stdlib.h>

#include "decode/decoders.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct img_prep prep = IMG_PREP_DEFAULTS;
    struct img_arena arena = {.limit = 64U << 20};
    struct img_info info = {.pages = 1};
    struct img_job job = {
        .bytes = data, .len = size, .prep = &prep, .arena = &arena, .info = &info};
    struct img_sink sink;
    struct img_err err = {0};
    uint8_t out[16 * 16 * 3];
    prep.size = 16;
    prep.resize = 18;
    prep.max_pixels = 1U << 20;
    prep.fail_on_truncated = size % 2;
    prep.has_background = size % 3 == 0;
    info.format = img_format_sniff(data, size);
    info.orientation = (uint32_t)(size % 9);
    bool good = false;
    if (info.format == IMG_FORMAT_BMP)
        good = img_bmp_decode(&job, &sink, &err);
    else if (info.format == IMG_FORMAT_PPM)
        good = img_pnm_decode(&job, &sink, &err);
    else
        return 0;
    if (good)
        img_sink_finish(&sink, out);
    else if (err.code == IMG_OK || err.text[0] == '\0')
        abort();
    img_arena_clear(&arena);
    return 0;
}
