/* What a worker may use of the machine. */
#ifndef IMG_DECODE_LIMITS_H
#define IMG_DECODE_LIMITS_H

#include <stdint.h>

#include "base/err.h"

/* Limits the calling process for good: memory_limit bytes of address space (0: no limit), few
 * descriptors, no files written, no core, no new privileges; first choice of the kernel when memory
 * runs out. A crash after a failed allocation ends the process with IMG_WORKER_EXIT_MEMORY. Fails
 * with SYSTEM. */
IMG_CHECKED bool img_decode_limit(uint64_t memory_limit, struct img_err *err);

/* Called where an allocation failed, from any thread. */
void img_decode_memory_lacks(void);

/* Whether one failed since the last call, which forgets it. */
bool img_decode_memory_lacked(void);

/* Limits the processor time of the picture that begins: somewhat more than the wall-clock time its
 * client waits, for the case that the client itself is stopped. */
void img_decode_limit_time(uint32_t timeout_ms);

#endif
