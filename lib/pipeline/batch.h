/* A few inputs at once: prepared on as many threads as there are decoders, then encoded together. */
#ifndef IMG_PIPELINE_BATCH_H
#define IMG_PIPELINE_BATCH_H

#include "base/pool.h"
#include "pipeline/embedder.h"

struct img_batch {
    struct img_embedder *embedder;
    struct img_pool *readers; /* one thread a decoder; NULL until a batch has two pictures */
    uint8_t *pixels;          /* [settings->batch, size, size, 3] */
    float *embeddings;        /* [settings->batch, dimension] */
    struct img_arena *arenas; /* [settings->batch], for what items are given */
    struct img_item **order;  /* [settings->batch] */
};

/* The embedder must outlive the batch. Fails with OUT_OF_MEMORY. */
IMG_CHECKED bool img_batch_open(struct img_batch *batch, struct img_embedder *embedder,
                                struct img_err *err);

/* Works on items[n], n at most the settings' batch; results stay valid until the next call. What
 * fails for one input is in its err, and the others go on; false when nothing can go on. Once the
 * embedder's stopped() says so, pictures not begun are left undone (img_item_done()). */
IMG_CHECKED bool img_batch_run(struct img_batch *batch, struct img_item *items, size_t n,
                               struct img_err *err);

void img_batch_close(struct img_batch *batch);

#endif
