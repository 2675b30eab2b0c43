/* Pictures from the web, for requests that give a URL: fetched by a few threads of their own, so that
 * a slow server keeps nobody else waiting, and from the public internet only. */
#ifndef IMG_SERVE_FETCH_H
#define IMG_SERVE_FETCH_H

#include "net/http.h"
#include "serve/work.h"

enum { IMG_FETCHERS = 4, IMG_FETCH_SECONDS = 30 };

struct img_fetch {
    struct img_work *work;
    uint64_t most; /* bytes of a picture */
    pthread_mutex_t lock;
    pthread_cond_t ready;
    struct img_entry_queue waiting;
    pthread_t threads[IMG_FETCHERS];
    unsigned started;
    bool open, stop;
    bool allowed;
};

/* Without allowed no thread starts, and every URL is refused. Must not move. Fails with SYSTEM. */
IMG_CHECKED bool img_fetch_open(struct img_fetch *fetch, struct img_work *work, bool allowed,
                                struct img_err *err);

/* Hands the entry on to the work, after its bytes were fetched if it has a URL. */
void img_fetch_submit(struct img_fetch *fetch, struct img_entry *entry);

void img_fetch_close(struct img_fetch *fetch);

#endif
