/* The threads of the pipeline and the window of entries between them. */
#include "pipeline/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/size.h"

/* Inputs that the source may be ahead of the preparing threads. */
enum { AHEAD = 128, TICK_MS = 100 };

enum state {
    FREE,
    WAITING, /* for a preparing thread */
    BUSY,
    DECODED, /* for the encoding thread; also texts */
    READY,   /* to be put */
};

struct entry {
    struct img_item item;
    struct img_arena arena;
    enum state state;
    bool skipped;
};

struct pipeline {
    struct img_embedder *embedder;
    const struct img_pipeline_calls *calls;
    size_t window, ahead;
    struct entry *entries; /* [window]; input i is entries[i % window] */
    float *embeddings;     /* [window, dimension] */
    uint8_t *pixels;       /* [pictures, size, size, 3] */
    uint8_t **spare;       /* pictures' places that are free */
    size_t spare_count;
    size_t *decoded;       /* ring of inputs to be encoded, [window] */
    size_t decoded_from, decoded_to;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* whatever of the below did */
    size_t filled, taken, put; /* inputs given by the source, taken by preparers, put */
    size_t busy;            /* being prepared */
    bool source_ended, stop;
    struct img_err err; /* the first that ends the run */
    struct img_pipeline_times times;
    struct img_item **batch; /* [settings->batch], the encoder's */
};

static struct entry *entry_of(const struct pipeline *p, size_t input)
{
    return &p->entries[input % p->window];
}

static void lock(struct pipeline *p)
{
    pthread_mutex_lock(&p->lock);
}

static void unlock(struct pipeline *p)
{
    pthread_mutex_unlock(&p->lock);
}

static void changed(struct pipeline *p)
{
    pthread_cond_broadcast(&p->changed);
}

static void wait_change(struct pipeline *p)
{
    pthread_cond_wait(&p->changed, &p->lock);
}

/* Ends the run with err, unless something ended it before. Locked. */
static void fail(struct pipeline *p, const struct img_err *err)
{
    if (p->err.code == IMG_OK)
        p->err = *err;
    p->stop = true;
    changed(p);
}

static void *source_main(void *arg)
{
    struct pipeline *p = arg;
    struct img_err err = {0};
    bool more = true, ok = true;
    lock(p);
    while (ok && more && !p->stop) {
        if (p->filled - p->put == p->window || p->filled - p->taken == p->ahead) {
            wait_change(p);
            continue;
        }
        struct entry *entry = entry_of(p, p->filled);
        unlock(p);
        entry->item = (struct img_item){0};
        entry->skipped = false;
        ok = p->calls->next(p->calls->ctx, &entry->item, &entry->arena, &more, &err);
        lock(p);
        if (ok && more) {
            entry->state = WAITING;
            p->filled++;
        }
        changed(p);
    }
    p->source_ended = true;
    if (!ok)
        fail(p, &err);
    changed(p);
    unlock(p);
    return NULL;
}

/* For the encoding thread. Locked. */
static void queue_decoded(struct pipeline *p, size_t input)
{
    entry_of(p, input)->state = DECODED;
    p->decoded[p->decoded_to++ % p->window] = input;
}

static bool prepare(struct pipeline *p, struct entry *entry, unsigned slot, struct img_err *err)
{
    struct img_item *item = &entry->item;
    if (item->kind == IMG_ITEM_PATH && item->err.code == IMG_OK && p->calls->known &&
        img_item_stat(item) &&
        !p->calls->known(p->calls->ctx, item, &entry->skipped, err))
        return false;
    return entry->skipped || img_embedder_prepare(p->embedder, item, slot, &entry->arena, err);
}

struct preparer {
    struct pipeline *p;
    unsigned slot;
    pthread_t thread;
};

/* Waits for an input and for a place for its picture. False when there will be none. Locked. */
static bool take(struct pipeline *p, size_t *input)
{
    while (!p->stop && (p->taken == p->filled || p->spare_count == 0)) {
        if (p->source_ended && p->taken == p->filled)
            return false;
        wait_change(p);
    }
    if (p->stop)
        return false;
    *input = p->taken++;
    struct entry *entry = entry_of(p, *input);
    entry->state = BUSY;
    entry->item.pixels = p->spare[--p->spare_count];
    entry->item.embedding =
        p->embeddings + *input % p->window * p->embedder->engine->info.dimension;
    p->busy++;
    return true;
}

static void *preparer_main(void *arg)
{
    const struct preparer *self = arg;
    struct pipeline *p = self->p;
    size_t input;
    lock(p);
    while (take(p, &input)) {
        struct entry *entry = entry_of(p, input);
        struct img_err err = {0};
        changed(p);
        unlock(p);
        bool ok = prepare(p, entry, self->slot, &err);
        lock(p);
        p->busy--;
        if (!entry->item.decoded)
            p->spare[p->spare_count++] = entry->item.pixels;
        bool encodes = entry->item.decoded || entry->item.encoded ||
                       (entry->item.kind == IMG_ITEM_TEXT && entry->item.err.code == IMG_OK);
        if (!ok)
            fail(p, &err);
        else if (encodes)
            queue_decoded(p, input);
        else
            entry->state = READY;
        changed(p);
    }
    changed(p);
    unlock(p);
    return NULL;
}

/* Up to a batch of what is decoded; waits for at least one. 0 when there will be none. Locked. */
static size_t take_batch(struct pipeline *p)
{
    double begin = img_item_clock();
    while (!p->stop && p->decoded_from == p->decoded_to) {
        if (p->source_ended && p->taken == p->filled && p->busy == 0)
            return 0;
        wait_change(p);
    }
    p->times.encoder_waited += img_item_clock() - begin;
    size_t n = 0;
    while (!p->stop && n < p->embedder->settings->batch && p->decoded_from != p->decoded_to)
        p->batch[n++] = &entry_of(p, p->decoded[p->decoded_from++ % p->window])->item;
    return n;
}

static void *encoder_main(void *arg)
{
    struct pipeline *p = arg;
    size_t n;
    lock(p);
    while ((n = take_batch(p)) > 0) {
        struct img_err err = {0};
        unlock(p);
        double begin = img_item_clock();
        bool ok = img_embedder_encode(p->embedder, p->batch, n, &err);
        lock(p);
        p->times.encoding += img_item_clock() - begin;
        for (size_t i = 0; i < n; i++) {
            struct entry *entry = (struct entry *)p->batch[i];
            if (entry->item.decoded)
                p->spare[p->spare_count++] = entry->item.pixels;
            entry->state = READY;
        }
        if (!ok)
            fail(p, &err);
        changed(p);
    }
    unlock(p);
    return NULL;
}

/* Waits for the next result, a tick at most. Locked. */
static bool next_ready(struct pipeline *p)
{
    if (p->put < p->filled && entry_of(p, p->put)->state == READY)
        return true;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&p->changed, &p->lock, &until);
    return p->put < p->filled && entry_of(p, p->put)->state == READY;
}

/* The caller's part: puts results in order until the last. */
static void put_results(struct pipeline *p)
{
    const struct img_pipeline_calls *calls = p->calls;
    double ticked = 0;
    lock(p);
    while (!p->stop && !(p->source_ended && p->put == p->filled)) {
        struct img_err err = {0};
        bool ready = next_ready(p), ok = true;
        struct entry *entry = entry_of(p, p->put);
        size_t index = p->put;
        if (calls->stopped())
            p->stop = true;
        if (p->stop)
            break;
        unlock(p);
        if (ready) {
            ok = calls->put(calls->ctx, &entry->item, entry->skipped, index, &err);
            img_arena_clear(&entry->arena);
        }
        if (ok && (!ready || img_item_clock() - ticked > TICK_MS / 1e3)) {
            ok = calls->idle(calls->ctx, !ready, &err);
            ticked = img_item_clock();
        }
        lock(p);
        if (ready) {
            entry->state = FREE;
            p->put++;
            changed(p);
        }
        if (!ok)
            fail(p, &err);
    }
    changed(p);
    unlock(p);
}

static bool allocate(struct pipeline *p, bool one_by_one, struct img_err *err)
{
    const struct img_embedder *e = p->embedder;
    size_t pictures = one_by_one ? 1 : 2 * e->settings->batch + e->decoders;
    size_t bytes = img_embedder_picture_bytes(e), floats, all;
    p->window = one_by_one ? 1 : IMG_PIPELINE_WINDOW;
    p->ahead = one_by_one ? 1 : AHEAD;
    if (!img_size_mul(p->window * sizeof(float), e->engine->info.dimension, &floats) ||
        !img_size_mul(pictures, bytes, &all))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "the pipeline would need absurd memory");
    p->entries = malloc(p->window * sizeof *p->entries);
    p->embeddings = malloc(floats);
    p->pixels = malloc(all);
    p->spare = malloc(pictures * sizeof *p->spare);
    p->decoded = malloc(p->window * sizeof *p->decoded);
    p->batch = malloc(e->settings->batch * sizeof *p->batch);
    if (!p->entries || !p->embeddings || !p->pixels || !p->spare || !p->decoded || !p->batch)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for the pipeline");
    /* Touched now, so that what the process holds does not depend on how long it runs. */
    memset(p->entries, 0, p->window * sizeof *p->entries);
    memset(p->embeddings, 0, floats);
    memset(p->pixels, 0, all);
    memset(p->decoded, 0, p->window * sizeof *p->decoded);
    for (size_t i = 0; i < pictures; i++)
        p->spare[p->spare_count++] = p->pixels + i * bytes;
    return true;
}

static void clear(struct pipeline *p)
{
    for (size_t i = 0; p->entries && i < p->window; i++)
        img_arena_clear(&p->entries[i].arena);
    free(p->entries);
    free(p->embeddings);
    free(p->pixels);
    free(p->spare);
    free(p->decoded);
    free(p->batch);
}

/* Starts a thread or ends the run. */
static bool start(struct pipeline *p, pthread_t *thread, void *(*body)(void *), void *arg)
{
    struct img_err err;
    int os = pthread_create(thread, NULL, body, arg);
    if (os == 0)
        return true;
    img_err_sys(&err, IMG_ERR_SYSTEM, os, "cannot start a thread");
    lock(p);
    fail(p, &err);
    p->source_ended = true;
    unlock(p);
    return false;
}

static void run_threads(struct pipeline *p, struct preparer *preparers)
{
    unsigned decoders = p->embedder->decoders, started = 0;
    pthread_t source, encoder;
    bool has_encoder = start(p, &encoder, encoder_main, p);
    while (has_encoder && started < decoders) {
        preparers[started] = (struct preparer){.p = p, .slot = started};
        if (!start(p, &preparers[started].thread, preparer_main, &preparers[started]))
            break;
        started++;
    }
    bool has_source = started == decoders && start(p, &source, source_main, p);
    put_results(p);
    if (has_source)
        pthread_join(source, NULL);
    for (unsigned i = 0; i < started; i++)
        pthread_join(preparers[i].thread, NULL);
    if (has_encoder)
        pthread_join(encoder, NULL);
}

bool img_pipeline_run(struct img_embedder *embedder, const struct img_pipeline_calls *calls,
                      bool one_by_one, struct img_pipeline_times *times, struct img_err *err)
{
    struct pipeline p = {.embedder = embedder, .calls = calls};
    struct preparer *preparers = calloc(embedder->decoders, sizeof *preparers);
    pthread_condattr_t monotonic;
    double begin = img_item_clock();
    pthread_mutex_init(&p.lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&p.changed, &monotonic);
    bool ok = preparers ? allocate(&p, one_by_one, err)
                        : img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for threads");
    if (ok) {
        run_threads(&p, preparers);
        ok = p.err.code == IMG_OK;
        if (!ok)
            *err = p.err;
    }
    p.times.seconds = img_item_clock() - begin;
    *times = p.times;
    clear(&p);
    free(preparers);
    pthread_condattr_destroy(&monotonic);
    pthread_cond_destroy(&p.changed);
    pthread_mutex_destroy(&p.lock);
    return ok;
}
