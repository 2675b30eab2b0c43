/* A request's life, apart from HTTP: its body read, it is begun by a clerk, its inputs go through the
 * work a few at a time, and its answer is put together by clerks, in one piece or as they come.
 *
 * A request is held by its connection, by a clerk, and by each of its entries under way; the last to
 * let go frees it. */
#ifndef IMG_SERVE_REQUEST_H
#define IMG_SERVE_REQUEST_H

#include <pthread.h>
#include <stdatomic.h>

#include "serve/ask.h"
#include "serve/route.h"
#include "serve/work.h"

struct img_serve;

enum {
    IMG_PAIRS_MAX = 16,
    IMG_REQUEST_WINDOW = 64,         /* entries of a request under way at a time */
    IMG_REQUEST_AHEAD = 1024 * 1024, /* bytes of a streamed answer that may wait for the client */
};

/* Why a request goes no further; zeroed: it does. */
struct img_refusal {
    unsigned status;
    enum img_dialect dialect;
    const char *allow; /* methods, with 405 */
    const char *text;
};

struct img_request {
    struct img_serve *serve;
    const struct img_route *route; /* NULL: refused */
    struct img_refusal refusal;
    void *connection; /* HTTP's */
    atomic_uint refs;
    double begun; /* img_item_clock() at its head */
    struct img_arena arena; /* what the request refers to */
    struct img_buf body;
    size_t arrived; /* bytes of the body, kept or not */
    bool no_room;   /* too much is kept already */
    bool admitted;  /* clerks know of it */
    const char *type; /* of the body */
    struct img_pair pairs[IMG_PAIRS_MAX];
    size_t pair_count;

    /* A clerk's; set while the request is begun. */
    bool started;
    void *plan; /* the route's own, in arena */
    struct img_entry *entries;
    size_t count;
    void (*put)(struct img_request *request, size_t i, struct img_buf *out); /* each in turn */
    void (*finish)(struct img_request *request, struct img_buf *out); /* after the last */
    bool streams; /* the answer is sent as it grows; its status is known */

    /* Shared. */
    pthread_mutex_t lock;
    size_t submitted, taken; /* entries given to the work, and put */
    unsigned status;         /* 0: not known yet */
    const char *answer_type; /* of the answer */
    struct img_buf out;      /* the answer; from out_at on when it streams */
    size_t out_at;
    bool ended;     /* out is whole */
    bool gone;      /* nobody waits for it any more */
    bool suspended; /* the connection waits for a wake */
    bool counted;   /* among the active */

    /* The clerks'. */
    bool queued, running, again;
    struct img_request *next;
};

/* NULL: out of memory. Held by its connection. */
struct img_request *img_request_new(struct img_serve *serve, const struct img_route *route,
                                    void *connection);

void img_request_hold(struct img_request *request);
void img_request_release(struct img_request *request);

/* What a clerk does with it: begins it, or takes it as far as it goes. */
void img_request_step(struct img_request *request);

/* Entries in the request's arena, with places for their embeddings; done and owner are set. */
IMG_CHECKED bool img_request_entries(struct img_request *request, size_t count,
                                     struct img_err *err);

/* Fills entry from input; wishes may be NULL and must live as long as the request. */
void img_request_fill(struct img_entry *entry, const struct img_input *input,
                      const struct img_wishes *wishes);

/* The whole answer is request->out, written already. */
void img_request_answer(struct img_request *request, unsigned status, const char *type);

/* The same, with an error of our own API: {"error":…,"error_code":…}. */
void img_request_fail(struct img_request *request, unsigned status, const struct img_err *err);

/* The statuses that a failed request and a failed input stand for. */
unsigned img_request_status(enum img_code code);
unsigned img_input_status(enum img_code code);

#endif
