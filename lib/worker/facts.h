/* Facts as a worker wrote them are hostile until they are checked here. */
#ifndef IMG_WORKER_FACTS_H
#define IMG_WORKER_FACTS_H

#include "worker/worker.h"

/* Copies len bytes at from (which the worker may still change), and cuts them into their members.
 * What is not strict JSON of the right kind is dropped. Fails with OUT_OF_MEMORY only. */
IMG_CHECKED bool img_facts_take(const uint8_t *from, size_t len, struct img_arena *arena,
                                struct img_facts *facts, struct img_err *err);

#endif
