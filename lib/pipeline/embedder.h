/* The steps from an input to its embedding, for whoever runs them on whatever threads:
 *
 *     prepare   stat -> cache? -> read and hash -> cache? -> decode and preprocess   (many threads)
 *     encode    pixels or text -> embedding -> cache                                 (one thread)
 */
#ifndef IMG_PIPELINE_EMBEDDER_H
#define IMG_PIPELINE_EMBEDDER_H

#include <pthread.h>

#include "base/arena.h"
#include "engine/engine.h"
#include "pipeline/item.h"
#include "pipeline/settings.h"
#include "worker/worker.h"

struct img_embedder {
    const struct img_settings *settings;
    const char *model_name;
    const struct img_report *report;
    int (*stopped)(void);        /* as in the engine's options */
    struct img_workers *workers; /* NULL until the first picture that must be decoded */
    pthread_mutex_t starting;    /* who starts them */
    struct img_engine *engine;
    const char *precision;   /* of the engine as it was opened */
    struct img_cache *cache; /* NULL: without */
    unsigned decoders;
    uint8_t *pixels;         /* [batch, size, size, 3], side by side for the engine */
    float *embeddings, *mirrored; /* [batch, dimension] */
};

struct img_embedder_options {
    struct img_engine_options engine;
    struct img_engine **remote; /* an engine that is open already, taken over (it becomes NULL); NULL
                                   or NULL in it: one for the model is opened */
    const char *cache_folder; /* of embeddings; NULL: without */
    size_t pictures;          /* that are expected, so that no more decoders start than can be of
                                 use; 0: perhaps none, and none starts before it is needed */
};

/* model is opened; it, settings and the report must outlive the embedder, which must not move. Fails
 * as img_engine_open() does. */
IMG_CHECKED bool img_embedder_open(struct img_embedder *embedder,
                                   const struct img_settings *settings, struct img_model *model,
                                   const struct img_embedder_options *options,
                                   struct img_err *err);

size_t img_embedder_picture_bytes(const struct img_embedder *embedder);

/* Takes the stamp of a picture's file, unless it has it. False when that is not a regular file one can
 * look at (preparing it will say why). */
bool img_item_stat(struct img_item *item);

/* Takes a picture as far as it goes without the engine. slot < embedder->decoders, one thread a
 * slot. What the item is given beside its info lives in arena. Afterwards the item has failed (err),
 * is encoded (from the cache), or is decoded. Other kinds stay as they are. False when nothing can go
 * on: no decoders. */
IMG_CHECKED bool img_embedder_prepare(struct img_embedder *embedder, struct img_item *item,
                                      unsigned slot, struct img_arena *arena,
                                      struct img_err *err);

/* Encodes the decoded pictures and the texts among items[n], n at most settings->batch, and finishes
 * all that have an embedding (normalised, when wanted). One thread. A text that cannot be encoded
 * has failed, and so have all when a device or server is gone; false when nothing can go on (the model lacks the tower). */
IMG_CHECKED bool img_embedder_encode(struct img_embedder *embedder, struct img_item *const *items,
                                     size_t n, struct img_err *err);

void img_embedder_close(struct img_embedder *embedder);

#endif
