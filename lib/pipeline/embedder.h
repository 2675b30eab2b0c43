/* Inputs to embeddings, some at a time: read, decode and preprocess in the worker processes, encode
 * in the engine. */
#ifndef IMG_PIPELINE_EMBEDDER_H
#define IMG_PIPELINE_EMBEDDER_H

#include "base/pool.h"
#include "engine/engine.h"
#include "pipeline/item.h"
#include "pipeline/settings.h"
#include "worker/worker.h"

struct img_embedder {
    const struct img_settings *settings;
    const char *model_name;
    const struct img_report *report;
    int (*stopped)(void);        /* as in the engine's options */
    struct img_workers *workers; /* NULL until the first picture */
    struct img_engine *engine;
    struct img_pool *readers;  /* one thread a decoder */
    unsigned decoders;
    uint8_t *pixels;           /* [batch, size, size, 3] */
    uint8_t *ready;            /* the same, those decoded side by side, for the engine */
    float *embeddings, *mirrored; /* [batch, dimension] */
};

/* model is opened; it, settings and engine_options->report must outlive the embedder. pictures: how
 * many are expected (0: perhaps none), so that no more decoders are started than can be of use; they
 * start while the weights are loaded. Fails as img_engine_open_cpu() does. */
IMG_CHECKED bool img_embedder_open(struct img_embedder *embedder,
                                   const struct img_settings *settings, struct img_model *model,
                                   const struct img_engine_options *engine_options, size_t pictures,
                                   struct img_err *err);

/* Works on items[n], n at most settings->batch. What fails for one input is in its err, and the
 * others go on; false only when nothing can go on (no decoders, a model without the tower asked
 * for). Once engine_options->stopped() says so, pictures that were not begun are left undone
 * (img_item_done()). Results stay valid until the next call. */
IMG_CHECKED bool img_embedder_run(struct img_embedder *embedder, struct img_item *items, size_t n,
                                  struct img_err *err);

void img_embedder_close(struct img_embedder *embedder);

#endif
