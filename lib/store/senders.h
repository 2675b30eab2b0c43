/* A few threads, each with a connection, that send batches which one other thread fills. */
#ifndef IMG_STORE_SENDERS_H
#define IMG_STORE_SENDERS_H

#include "store/batch.h"

struct img_senders; /* opaque */

struct img_senders_options {
    const struct img_qdrant_server *server;
    struct img_batch_how how;
    unsigned jobs;
    img_batch_refused refused; /* one call at a time */
    void *ctx;
};

/* Fails with CONFIG, OUT_OF_MEMORY or SYSTEM. */
IMG_CHECKED bool img_senders_start(struct img_senders **senders,
                                   const struct img_senders_options *options, struct img_err *err);

/* An empty batch to be filled; waits until there is one. Fails with what stopped the sending. */
IMG_CHECKED bool img_senders_take(struct img_senders *senders, struct img_qdrant_batch **batch,
                                  struct img_err *err);

/* Sends a batch that was taken. */
void img_senders_give(struct img_senders *senders, struct img_qdrant_batch *batch);

/* Waits until all that was given is sent. Fails with what stopped the sending. */
IMG_CHECKED bool img_senders_finish(struct img_senders *senders, struct img_batch_counts *counts,
                                    struct img_err *err);

/* Ends the threads; what was not sent is dropped. NULL is fine. */
void img_senders_stop(struct img_senders *senders);

#endif
