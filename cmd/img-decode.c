/* img-decode: the private program in which pictures are decoded, started by its siblings. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "decode/facts.h"
#include "decode/supervise.h"
#include "decode/warm.h"

static bool started_by_a_sibling(void)
{
    int type = 0;
    socklen_t len = sizeof type;
    return getsockopt(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
           type == SOCK_SEQPACKET;
}

static bool begin(struct img_err *err)
{
    if (!img_decode_begin(err))
        return false;
    img_decode_warm_up();
    return true;
}

int main(void)
{
    static const struct img_decoder decoder = {
        .begin = begin,
        .decode = img_decode,
        .facts = img_decode_facts,
        .thumbnail = img_decode_thumbnail,
        .formats = img_decode_formats,
    };
    struct img_err err = {0};
    if (!started_by_a_sibling()) {
        fputs("img-decode: started by the other img programs, not by hand\n", stderr);
        return IMG_EXIT_USAGE;
    }
    /* What a user's environment says to libvips and its friends must not change a pixel. Large
     * pictures stay in memory, whose limit is known: workers cannot write files. And where libvips
     * finds no home it loads no modules, of which it would load all: ImageMagick and OpenSlide, a
     * hundred libraries and a third of the time to the first picture, and neither is ever used. */
    if (clearenv() != 0 || setenv("VIPS_DISC_THRESHOLD", "1000g", 1) != 0 ||
        setenv("VIPSHOME", "/nonexistent", 1) != 0)
        return IMG_EXIT_ENVIRONMENT;
    return img_decode_supervise(STDIN_FILENO, &decoder, &err) ? IMG_EXIT_OK : IMG_EXIT_ENVIRONMENT;
}
