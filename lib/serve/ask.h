/* What a request asks for: from its body, JSON, a form or a picture's bytes, to inputs and wishes. */
#ifndef IMG_SERVE_ASK_H
#define IMG_SERVE_ASK_H

#include "base/arena.h"
#include "json/scan.h"
#include "pipeline/item.h"

enum { IMG_TOP_K_MAX = 1000, IMG_TOP_K_DEFAULT = 5 };

/* One picture or text. */
struct img_input {
    enum img_item_kind kind; /* PATH, BYTES, TEXT */
    bool is_url;             /* text is a URL whose bytes are to be fetched */
    const char *text;        /* path, text or URL, NUL-terminated */
    size_t len;
    const unsigned char *bytes;
    size_t bytes_len;
    struct img_err err; /* what is wrong with this input alone (base64 that is none) */
};

struct img_inputs_asked {
    struct img_input *items;
    size_t count;
    bool grows; /* there is room for as many as may be asked for */
};

/* A query's parameters, from the URL. */
struct img_pair {
    const char *name, *value; /* value may be NULL */
};

/* A body as it came. */
struct img_body {
    const char *type; /* Content-Type, or "" */
    const char *bytes;
    size_t len;
    const struct img_pair *pairs; /* the URL's parameters */
    size_t pair_count;
};

struct img_ask {
    struct img_wishes wishes; /* the caller's defaults; what is asked for replaces them */
    struct img_inputs_asked inputs;     /* of a search: its query, one */
    bool single;                        /* one was asked for as one, not in a list */
    struct img_inputs_asked candidates; /* of a search */
    bool has_candidates; /* there was a list of them; they go before a collection */
    const char *collection; /* NULL: not named */
    size_t top_k;
    bool has_min_score;
    double min_score;
    bool embeddings; /* hits are wanted with theirs */
};

enum img_ask_kind {
    IMG_ASK_IMAGE,        /* one picture */
    IMG_ASK_BATCH,        /* pictures */
    IMG_ASK_TEXT,         /* texts */
    IMG_ASK_METADATA,     /* one picture */
    IMG_ASK_SEARCH_IMAGE, /* one picture, and candidates or a collection */
    IMG_ASK_SEARCH_TEXT,  /* one text and a collection */
};

/* Reads a request of our own API, strictly: a field nobody knows is refused. At most `most` inputs
 * (and candidates). What ask refers to lives in arena and body. Fails with BAD_RECORD (the request),
 * UNSUPPORTED_FORMAT (the body's type) or OUT_OF_MEMORY. */
IMG_CHECKED bool img_ask_read(enum img_ask_kind kind, const struct img_body *body, size_t most,
                              struct img_arena *arena, struct img_ask *ask, struct img_err *err);

/* What the APIs of others ask for. */
struct img_foreign_ask {
    const char *model; /* "" when it is not named */
    struct img_inputs_asked inputs;
    bool single; /* the input was one string, not a list */
    bool base64; /* encoding_format */
    int64_t dimensions; /* 0: not named */
};

/* OpenAI's /v1/embeddings: strings, of which those that are data: URLs are pictures. */
IMG_CHECKED bool img_ask_openai(const struct img_body *body, size_t most, struct img_arena *arena,
                                struct img_foreign_ask *ask, struct img_err *err);

/* Ollama's /api/embed: "input", and beside it "images" in base64, which come after the texts. */
IMG_CHECKED bool img_ask_ollama(const struct img_body *body, size_t most, struct img_arena *arena,
                                struct img_foreign_ask *ask, struct img_err *err);

/* Whether a Content-Type is this one, whatever its parameters. */
bool img_type_is(const char *content_type, const char *type);

#endif
