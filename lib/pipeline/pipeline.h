/* Very many inputs: a source, preparing threads, an encoding thread and the caller, who gets the
 * results in the order of the inputs.
 *
 * Everything between is bounded: the source runs only a little ahead of the preparing threads, decoded
 * pictures wait in a fixed pool, and a result that is late holds up the others only once a window of
 * them is waiting behind it. So memory does not grow with the number of inputs. */
#ifndef IMG_PIPELINE_PIPELINE_H
#define IMG_PIPELINE_PIPELINE_H

#include "base/arena.h"
#include "pipeline/embedder.h"

/* Results that may wait for a late one. */
enum { IMG_PIPELINE_WINDOW = 4096 };

struct img_pipeline_calls {
    void *ctx;
    /* The next input, on the source's thread. What it refers to lives in arena. more is false at the
     * end. False ends the run. */
    bool (*next)(void *ctx, struct img_item *item, struct img_arena *arena, bool *more,
                 struct img_err *err);
    /* On any thread, before a picture with a stamp is looked into: skip it? May be NULL. */
    bool (*known)(void *ctx, const struct img_item *item, bool *skip, struct img_err *err);
    /* A result, on the caller's thread, in order; index counts all inputs. Skipped ones come too. */
    bool (*put)(void *ctx, struct img_item *item, bool skipped, size_t index,
                struct img_err *err);
    /* On the caller's thread, some ten times a second. waiting: nothing can be put at the moment. */
    bool (*idle)(void *ctx, bool waiting, struct img_err *err);
    /* Not 0: stop, what is not yet put is dropped. */
    int (*stopped)(void);
};

struct img_pipeline_times {
    double seconds;        /* the whole run */
    double encoding;       /* the encoding thread at work */
    double encoder_waited; /* for pictures to be decoded */
};

/* Runs until the source ends. one_by_one: each input is finished before the next is looked at. Fails
 * with what a call or the embedder failed with, or OUT_OF_MEMORY. */
IMG_CHECKED bool img_pipeline_run(struct img_embedder *embedder,
                                  const struct img_pipeline_calls *calls, bool one_by_one,
                                  struct img_pipeline_times *times, struct img_err *err);

#endif
