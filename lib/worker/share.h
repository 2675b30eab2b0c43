/* A slot's shared memory: the picture's bytes one way, its pixels the other.
 *
 * Both are memfds sealed against shrinking and further seals, so that neither side can make the
 * other's access a SIGBUS; they only grow, by the client, and survive img-decode. */
#ifndef IMG_WORKER_SHARE_H
#define IMG_WORKER_SHARE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "worker/protocol.h"

struct img_share {
    int input_fd, pixels_fd;
    uint8_t *input;
    size_t input_size;   /* mapped; the memfd is as long */
    size_t input_backed; /* bytes whose memory is certain to be there */
    struct img_worker_board *board;
    size_t pixels_size; /* mapped, board included; the memfd is as long */
};

#define IMG_SHARE_CLOSED {.input_fd = -1, .pixels_fd = -1}

/* Fails with SYSTEM or OUT_OF_MEMORY; the share is then closed. */
IMG_CHECKED bool img_share_open(struct img_share *share, struct img_err *err);

/* The input with room for capacity bytes; what was written stays. NULL: OUT_OF_MEMORY. */
IMG_CHECKED uint8_t *img_share_input(struct img_share *share, size_t capacity,
                                     struct img_err *err);

/* Gives the memory of a large input back to the system. */
void img_share_release(struct img_share *share);

/* Room for size bytes of pixels. NULL: OUT_OF_MEMORY. */
IMG_CHECKED const uint8_t *img_share_pixels(struct img_share *share, size_t size,
                                            struct img_err *err);

/* A descriptor of the input for the worker, which cannot write through it. The caller closes. */
IMG_CHECKED int img_share_reader(const struct img_share *share, struct img_err *err);

/* Moves a new descriptor away from 0, 1 and 2, which a caller may have closed and would take for
 * its standard streams. -1 stays -1 with errno. */
int img_share_above_std(int fd);

void img_share_close(struct img_share *share);

#endif
