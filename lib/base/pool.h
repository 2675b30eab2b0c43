/* A fixed team of threads that run one task together and meet at its end.
 *
 * The forward pass meets several times a layer, so waiting spins for a moment before it sleeps.
 * The caller is thread 0 of the team. One caller at a time. */
#ifndef IMG_BASE_POOL_H
#define IMG_BASE_POOL_H

#include "base/err.h"

struct img_pool;

/* Called once on each thread, thread in [0, threads). */
typedef void (*img_pool_task)(void *ctx, unsigned thread, unsigned threads);

/* threads counts the caller; 1 starts none. Fails with OUT_OF_MEMORY or SYSTEM. */
IMG_CHECKED struct img_pool *img_pool_new(unsigned threads, struct img_err *err);

unsigned img_pool_threads(const struct img_pool *pool);

/* Runs task on every thread of the team and returns when all are done. */
void img_pool_run(struct img_pool *pool, img_pool_task task, void *ctx);

/* From inside a task: waits until every thread of the team has come here. */
void img_pool_meet(struct img_pool *pool);

void img_pool_free(struct img_pool *pool);

/* Processors this process may run on, at least 1. */
unsigned img_processors(void);

#endif
