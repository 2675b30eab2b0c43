/* The threads that begin requests and put answers together, so that neither the connections' thread
 * nor the preparing ones wait for it. */
#ifndef IMG_SERVE_CLERKS_H
#define IMG_SERVE_CLERKS_H

#include "serve/request.h"

enum { IMG_CLERKS = 2 };

struct img_clerks {
    pthread_mutex_t lock;
    pthread_cond_t ready;
    struct img_request *first, **last;
    pthread_t threads[IMG_CLERKS];
    unsigned started;
    bool open, stop;
};

/* Must not move. Fails with SYSTEM. */
IMG_CHECKED bool img_clerks_open(struct img_clerks *clerks, struct img_err *err);

/* Has img_request_step() called, once for any number of calls meanwhile, never on two threads at a
 * time. Holds the request until then. */
void img_clerks_call(struct img_clerks *clerks, struct img_request *request);

/* Ends the threads; nothing may be called for any more. */
void img_clerks_close(struct img_clerks *clerks);

#endif
