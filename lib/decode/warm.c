/* A first picture for the process that forks the workers. */
#include "decode/warm.h"

#include "decode/decode.h"
#include "decode/samples.h"

enum { SIDE = 8 };

/* What a machine's libraries cannot do is merely cold. */
static void decode(struct img_block sample, uint64_t max_pixels)
{
    struct img_prep prep = IMG_PREP_DEFAULTS;
    struct img_arena arena = {0};
    uint8_t pixels[SIDE * SIDE * 3];
    struct img_info info;
    struct img_err err;
    prep.size = prep.resize = SIDE;
    prep.max_pixels = max_pixels;
    bool warm = img_decode(sample.bytes, sample.len, &prep, &arena, pixels, &info, &err);
    (void)warm;
    img_arena_clear(&arena);
}

void img_decode_warm_up(void)
{
    decode(img_sample_png, SIDE * SIDE);
    /* libheif loads its plug-ins with the first file that it opens: no later, since workers open
     * none. Pixels would start threads, which do not survive a fork. libvips has opened its own
     * modules, and no other library has any. */
    decode(img_sample_avif, 1);
}
