/* The threads that embed for all requests together: pictures are prepared on as many threads as there
 * are decoders, and one thread encodes what is ready in batches, whoever asked for it.
 *
 * Everything is bounded by what is submitted: a request has few entries under way at a time, and the
 * pictures between preparing and encoding have a fixed number of places. */
#ifndef IMG_SERVE_WORK_H
#define IMG_SERVE_WORK_H

#include <pthread.h>

#include "pipeline/embedder.h"
#include "serve/metrics.h"
#include "serve/root.h"

struct img_work;

/* One input on its way. */
struct img_entry {
    struct img_item item; /* its embedding's place is given; its pixels' is not */
    struct img_arena arena;
    /* Instead of embedding: what a preparing thread does with the picture, whose file is open. */
    void (*job)(struct img_work *work, struct img_entry *entry, unsigned slot);
    struct img_buf out; /* for what the job gives */
    const char *url;    /* where the bytes are to be fetched first; NULL: nowhere */
    struct img_buf fetched;
    bool confined;      /* a path that is opened below the root */
    bool fresh;         /* neither from the cache nor into it */
    void (*done)(struct img_entry *entry); /* on any thread, with nothing locked */
    void *owner;
    bool finished;          /* the owner's mark */
    struct img_entry *next; /* in a queue */
};

struct img_entry_queue {
    struct img_entry *first, **last;
    size_t count;
};

/* Of a zeroed queue, and of one that is not empty. Whoever holds its lock. */
void img_entry_push(struct img_entry_queue *queue, struct img_entry *entry);
struct img_entry *img_entry_pop(struct img_entry_queue *queue);

struct img_work_options {
    struct img_embedder *embedder; /* these three must outlive the work */
    const struct img_root *root;
    struct img_metrics *metrics;
    double max_wait_ms; /* for others to join a batch */
};

struct img_work {
    struct img_work_options options;
    pthread_mutex_t lock;
    pthread_cond_t to_prepare, to_encode;
    struct img_entry_queue waiting, decoded;
    size_t busy; /* being prepared */
    uint8_t *pixels, **spare; /* places for pictures */
    size_t spare_count;
    struct img_entry **batch; /* [settings->batch], the encoder's */
    struct img_item **items;
    struct img_preparer *preparers;
    pthread_t encoder;
    unsigned started; /* preparers */
    bool has_encoder, stop;
};

/* Starts the threads. Must not move. Fails with OUT_OF_MEMORY or SYSTEM. */
IMG_CHECKED bool img_work_open(struct img_work *work, const struct img_work_options *options,
                               struct img_err *err);

/* Takes an entry, whose done() will be called, sooner or later. */
void img_work_submit(struct img_work *work, struct img_entry *entry);

/* Entries that wait. */
size_t img_work_waiting(struct img_work *work);

/* Nothing may be submitted any more. Ends the threads. */
void img_work_close(struct img_work *work);

#endif
