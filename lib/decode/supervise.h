/* img-decode's life: one process that never touches a picture, and a worker for each slot that
 * its client hands it. */
#ifndef IMG_DECODE_SUPERVISE_H
#define IMG_DECODE_SUPERVISE_H

#include "decode/child.h"

/* Starts the decoder, then forks a worker for each slot attached over the control socket, and
 * another when one has died and a picture waits. Returns true when the client is gone and every
 * worker with it; fails with SYSTEM, which the client has then been told. */
IMG_CHECKED bool img_decode_supervise(int control, const struct img_decoder *decoder,
                                      struct img_err *err);

#endif
