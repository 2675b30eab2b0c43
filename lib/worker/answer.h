/* A worker has read hostile bytes and may be in their hands: its answers are checked here. */
#ifndef IMG_WORKER_ANSWER_H
#define IMG_WORKER_ANSWER_H

#include "worker/protocol.h"

/* Whether an answer is one that an honest worker can give: a code img_decode() fails with, a known
 * format, finite figures in their ranges. Texts are terminated and made printable; unused bytes
 * become zero. */
IMG_CHECKED bool img_worker_answer_check(struct img_worker_answer *answer);

/* What a worker's end, as waitpid(2) tells it, means for the picture it had in hand:
 * OUT_OF_MEMORY, TIMEOUT (its processor time ran out) or DECODER_CRASHED. Returns false. */
bool img_worker_ended_err(int status, struct img_err *err);

/* "was killed by SIGKILL", "ended with status 127", … in text. */
void img_worker_describe_end(int status, char *text, size_t size);

#endif
