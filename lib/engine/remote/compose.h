/* What is sent to a server that embeds: where to, and the body. */
#ifndef IMG_ENGINE_REMOTE_COMPOSE_H
#define IMG_ENGINE_REMOTE_COMPOSE_H

#include "base/buf.h"
#include "config/keys.h"
#include "engine/engine.h"

/* How a server is spoken to. */
struct img_remote_tongue {
    enum img_remote_choice api; /* not AUTO */
    const char *endpoint;
    const char *model; /* as the server is to know it */
    bool numbers;      /* vectors as arrays of numbers, not as base64 */
};

/* Appends the URL that takes pictures, or texts. */
void img_remote_put_url(const struct img_remote_tongue *tongue, bool texts, struct img_buf *out);

/* Appends a request for one picture's embedding, un-normalised where the server can. */
void img_remote_put_picture(const struct img_remote_tongue *tongue,
                            const struct img_encoded *picture, struct img_buf *out);

/* Appends a request for the embeddings of texts[n], n > 0. */
void img_remote_put_texts(const struct img_remote_tongue *tongue, const struct img_text *texts,
                          size_t n, struct img_buf *out);

#endif
