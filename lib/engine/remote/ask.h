/* One question to the server: composed, sent until it is answered, the answer held against what is
 * known of the server. For the files of this folder. */
#ifndef IMG_ENGINE_REMOTE_ASK_H
#define IMG_ENGINE_REMOTE_ASK_H

#include <stdatomic.h>

#include "engine/remote/compose.h"
#include "engine/remote/remote.h"
#include "engine/remote/reply.h"
#include "net/retry.h"

/* One thread's connection and its memory. */
struct img_remote_line {
    struct img_http *http; /* NULL until it is used */
    struct img_buf url, body, reply;
    struct img_arena arena; /* of the last answer */
    struct img_http_answer answer;
    struct img_remote_said said;
};

struct img_remote {
    struct img_engine base;
    struct img_remote_options options;
    struct img_http_options http;
    struct img_remote_tongue tongue;
    struct img_remote_said known; /* of the model; fingerprint and name pinned or said */
    char token[1024], pinned[IMG_FINGERPRINT_HEX];
    struct img_remote_line *lines; /* [options.workers + 1], the last for texts */
    atomic_uint unanswered;        /* requests in a row that got no answer at all */
};

/* What is asked: a picture, or texts[n]. */
struct img_remote_question {
    const struct img_encoded *picture;
    const struct img_text *texts;
    size_t n; /* results wanted; 1 for a picture */
};

/* Asks on a line. True when results[n] are there, each its own success or failure. Fails with REMOTE,
 * or the code a refusal named, with OUT_OF_MEMORY, or with NETWORK: there is no server any more. On
 * failure line->answer.status says how far it got (0: no answer). */
IMG_CHECKED bool img_remote_ask(struct img_remote *remote, struct img_remote_line *line,
                                const struct img_remote_question *question,
                                struct img_remote_result *results, struct img_err *err);

/* Fails unless the vector is of the known dimension (0: any so far) and not all zeros. */
IMG_CHECKED bool img_remote_check(const struct img_remote *remote,
                                  const struct img_remote_result *result, struct img_err *err);

/* Finds out how the server is to be spoken to and what its model is: tongue, known, and the base's
 * info. */
IMG_CHECKED bool img_remote_meet(struct img_remote *remote, struct img_err *err);

#endif
