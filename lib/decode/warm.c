/* A first picture for the process that forks the workers. */
#include "decode/warm.h"

#include "decode/samples.h"

void img_decode_warm_up(void)
{
    /* What a machine's libraries cannot do is merely cold. */
    (void)img_sample_decode(img_sample_png, UINT64_MAX);
    /* libheif loads its plug-ins with the first file that it opens: no later, since workers open
     * none. Pixels would start threads, which do not survive a fork. libvips has opened its own
     * modules, and no other library has any. */
    (void)img_sample_decode(img_sample_avif, 1);
}
