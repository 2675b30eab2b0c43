/* An engine elsewhere: another img-serve, Ollama, or whatever speaks OpenAI's /v1/embeddings. It gets
 * pictures as their files hold them and texts as they are; what comes back is checked, never
 * believed. No other engine ever steps in for it. */
#ifndef IMG_ENGINE_REMOTE_REMOTE_H
#define IMG_ENGINE_REMOTE_REMOTE_H

#include "config/keys.h"
#include "engine/engine.h"

struct img_remote_options {
    const char *endpoint;       /* http:// or https:// */
    enum img_remote_choice api; /* AUTO asks the server as each of them until one answers */
    const char *model;          /* as it was asked for, or the default */
    bool model_asked;           /* somebody did ask for it */
    const char *token_file;     /* its first line goes to the endpoint; NULL: none */
    const char *ca_file;        /* NULL: the system's */
    const char *fingerprint;    /* pinned: 16 hex digits; "": not */
    uint32_t dimension;         /* that it must have; 0: any */
    unsigned workers;           /* requests at a time */
    double timeout_s;           /* without progress; ten times that for a request; 0: none */
    unsigned retry_attempts;
    double retry_delay_s;
    const struct img_report *report; /* may be NULL; must outlive the engine */
};

/* What a server's model is, beside the engine's info. */
struct img_remote_model {
    const char *name;          /* for records: the server's word, or else the one asked for */
    const char *preprocessing; /* 8 hex digits, "": not said */
};

/* Asks the server for an embedding of a small picture, or of a text, from which its dimension and
 * what else it says of its model are taken; every later answer must agree. What options point to
 * must outlive the engine, *model lives as long as that. Fails with CONFIG (endpoint, fingerprint or
 * token file), NETWORK (no server), MODEL_MISSING (not this model, or not this fingerprint),
 * MODEL_UNSUPPORTED (another dimension), SYSTEM or OUT_OF_MEMORY. */
IMG_CHECKED bool img_engine_open_remote(struct img_engine **engine,
                                        const struct img_remote_options *options,
                                        struct img_remote_model *model, struct img_err *err);

#endif
