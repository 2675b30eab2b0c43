/* HTTP: connections, heads, bodies and answers, on a thread of their own that never waits for work.
 * libmicrohttpd behind it. */
#ifndef IMG_SERVE_WEB_H
#define IMG_SERVE_WEB_H

#include <pthread.h>

#include "serve/listen.h"
#include "serve/request.h"

enum {
    IMG_WEB_HEAD_MAX = 16 * 1024, /* bytes of a request's head */
    IMG_WEB_PATIENCE_S = 30,      /* for a head; for a body or an answer, and longer the more moves */
    IMG_WEB_LOOK_S = 1,              /* between looks whether a client is still there */
    IMG_WEB_BYTES_S = 16 * 1024,  /* … so many bytes each further second */
};

struct img_link; /* a connection, for the sweep */
struct MHD_Daemon;

struct img_door {
    struct img_web *web;
    struct MHD_Daemon *daemon;
    bool checks_host; /* browsers on this machine can reach it, and nothing else keeps others out */
};

struct img_web {
    struct img_serve *serve;
    struct img_door doors[IMG_LISTEN_MAX];
    size_t count;
    pthread_mutex_t lock; /* of the links */
    struct img_link *links;
    bool open;
};

/* Answers on all listeners, whose descriptors it takes. Must not move. Fails with SYSTEM. */
IMG_CHECKED bool img_web_open(struct img_web *web, struct img_serve *serve,
                              struct img_listeners *listeners, struct img_err *err);

/* The connection that waits for this request goes on. Any thread. */
void img_web_wake(struct img_request *request);

/* Cuts off connections that have been too slow; all that wait for their client when hurried. */
void img_web_sweep(struct img_web *web, bool hurried);

/* No new connections. */
void img_web_quiesce(struct img_web *web);

/* There must be no request any more. */
void img_web_close(struct img_web *web);

#endif
