/* What comes back from a server that embeds: vectors, or what it says instead. Nothing in it is
 * trusted: counts, places, numbers and names are checked before anything is believed.
 *
 * References: Ollama's POST /api/embed; OpenAI's POST /v1/embeddings; our own /api/v1/embeddings. */
#ifndef IMG_ENGINE_REMOTE_REPLY_H
#define IMG_ENGINE_REMOTE_REPLY_H

#include "base/arena.h"
#include "config/keys.h"
#include "engine/engine.h"

enum { IMG_REMOTE_NAME_MAX = 256, IMG_REMOTE_TEXT_MAX = 200 };

/* One input's part of a reply. */
struct img_remote_result {
    const float *values; /* [count], finite, in the arena; NULL when err says why not */
    size_t count;
    struct img_told told;
    struct img_err err;
};

/* What the reply says of the model; "" where it says nothing. */
struct img_remote_said {
    char model[IMG_REMOTE_NAME_MAX];
    char fingerprint[IMG_FINGERPRINT_HEX]; /* 16 hex digits */
    char preprocessing[9];                 /* 8 hex digits */
};

/* Reads the reply to a request with n inputs into results[n], in the inputs' order. Fails with
 * REMOTE (no such reply: broken JSON, another count, a place given twice …) or OUT_OF_MEMORY. */
IMG_CHECKED bool img_remote_read(enum img_remote_choice api, const char *json, size_t len, size_t n,
                                 struct img_arena *arena, struct img_remote_result *results,
                                 struct img_remote_said *said, struct img_err *err);

/* What the body of a refusal says: text is its message in one line, "" when there is none; code is
 * an input's error_code that it names, else IMG_ERR_REMOTE. */
void img_remote_read_refusal(const char *body, size_t len, struct img_arena *arena,
                             char text[IMG_REMOTE_TEXT_MAX], enum img_code *code,
                             struct img_remote_said *said);

#endif
