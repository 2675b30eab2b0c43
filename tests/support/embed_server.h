/* Test support: a server that embeds, in three dialects, and misbehaves on request. The vector of an
 * input of n bytes begins with n, the sum of its bytes modulo 1009, and 1; the rest follows from
 * these. Requests that a strict server would refuse get status 400. */
#ifndef IMG_TESTS_EMBED_SERVER_H
#define IMG_TESTS_EMBED_SERVER_H

#include <pthread.h>

#include "config/keys.h"
#include "support/httpd.h"

enum embed_fault {
    EMBED_SOUND,
    EMBED_STATUS,    /* embed_server.status, with Retry-After: 1 when it is 429 */
    EMBED_HANG,      /* no answer for four seconds */
    EMBED_CUT,       /* the connection ends in the middle of the body */
    EMBED_DIMENSION, /* one number more */
    EMBED_COUNT,     /* one vector less */
    EMBED_NAN,
    EMBED_ZEROS,
    EMBED_JSON,     /* broken */
    EMBED_HUGE,     /* a body without end */
    EMBED_DISORDER, /* OpenAI's: the last comes first */
    EMBED_TWICE,    /* OpenAI's: index 0 comes twice */
    EMBED_REDIRECT, /* 307 to this server under another name */
    EMBED_MODEL,    /* another fingerprint */
    EMBED_CLOSE,    /* the connection ends without an answer */
    EMBED_FAULTS
};

struct embed_server {
    struct httpd *httpd;
    enum img_remote_choice api; /* not AUTO */
    unsigned dimension;
    enum embed_fault fault;
    int status;
    unsigned from, times; /* the fault begins with this request, from 1, and goes on so often */
    unsigned slow_ms;     /* before each answer */
    const char *token;    /* wanted, or NULL */
    const char *fingerprint;
    bool numbers_only; /* OpenAI's: refuses encoding_format base64 */
    bool texts_only;   /* refuses pictures, as Ollama passes them over */
    int log;           /* a line for each request; 0: none */
    pthread_mutex_t lock;
    unsigned requests, now, most; /* in all, at the moment, at most at a time */
    unsigned foreign_secrets;     /* requests to the other name that carried a token */
};

/* Fields but httpd, lock and counts are the caller's. port 0 takes any. */
bool embed_server_start(struct embed_server *server, unsigned short port);
void embed_server_stop(struct embed_server *server);

/* "hang" and so on; EMBED_FAULTS when there is none of that name. */
enum embed_fault embed_fault_named(const char *name);

#endif
