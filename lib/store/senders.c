/* The threads that send, and the batches that go round between them and the one that fills. */
#include "store/senders.h"

#include <pthread.h>
#include <stdlib.h>

enum state { FREE, TAKEN, READY, SENDING };

struct slot {
    struct img_qdrant_batch batch;
    enum state state;
    uint64_t turn; /* READY ones go in the order they were given */
};

struct img_senders {
    struct img_senders_options options;
    pthread_mutex_t lock, calls; /* calls: of refused */
    pthread_cond_t changed;
    pthread_t *threads;
    unsigned started;
    struct img_qdrant *stores; /* [jobs] */
    struct slot *slots;       /* [slot_count] */
    size_t slot_count;
    uint64_t turn;
    bool ending, stopped; /* stopped: reason says why */
    struct img_err reason;
    struct img_batch_counts counts;
};

struct thread {
    struct img_senders *senders;
    struct img_qdrant *store;
};

static bool refused(void *ctx, const struct img_qdrant_batch *batch,
                    const struct img_batch_entry *entry, const struct img_err *why,
                    struct img_err *err)
{
    struct img_senders *senders = ctx;
    pthread_mutex_lock(&senders->calls);
    bool ok = senders->options.refused(senders->options.ctx, batch, entry, why, err);
    pthread_mutex_unlock(&senders->calls);
    return ok;
}

static struct slot *first_of(struct img_senders *senders, enum state state)
{
    struct slot *found = NULL;
    for (size_t i = 0; i < senders->slot_count; i++)
        if (senders->slots[i].state == state && (!found || senders->slots[i].turn < found->turn))
            found = &senders->slots[i];
    return found;
}

static void send_one(struct img_senders *senders, struct img_qdrant *store, struct slot *slot)
{
    struct img_batch_counts counts = {0};
    struct img_err err = {0};
    slot->state = SENDING;
    pthread_mutex_unlock(&senders->lock);
    bool ok = img_batch_send(store, &slot->batch, &senders->options.how, &counts, refused, senders,
                             &err);
    img_batch_reset(&slot->batch);
    pthread_mutex_lock(&senders->lock);
    slot->state = FREE;
    senders->counts.stored += counts.stored;
    senders->counts.unchanged += counts.unchanged;
    senders->counts.refused += counts.refused;
    if (!ok && !senders->stopped) {
        senders->stopped = true;
        senders->reason = err;
    }
    pthread_cond_broadcast(&senders->changed);
}

static void *run(void *ctx)
{
    struct thread thread = *(struct thread *)ctx;
    struct img_senders *senders = thread.senders;
    free(ctx);
    pthread_mutex_lock(&senders->lock);
    while (!senders->stopped) {
        struct slot *slot = first_of(senders, READY);
        if (slot)
            send_one(senders, thread.store, slot);
        else if (senders->ending)
            break;
        else
            pthread_cond_wait(&senders->changed, &senders->lock);
    }
    pthread_mutex_unlock(&senders->lock);
    return NULL;
}

static bool start_thread(struct img_senders *senders, unsigned i, struct img_err *err)
{
    struct thread *thread = malloc(sizeof *thread);
    if (!thread)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory");
    *thread = (struct thread){senders, &senders->stores[i]};
    if (!img_qdrant_open(&senders->stores[i], senders->options.server, err)) {
        free(thread);
        return false;
    }
    int os = pthread_create(&senders->threads[i], NULL, run, thread);
    if (os != 0) {
        free(thread);
        return img_err_sys(err, IMG_ERR_SYSTEM, os, "cannot start a thread");
    }
    senders->started++;
    return true;
}

bool img_senders_start(struct img_senders **made, const struct img_senders_options *options,
                       struct img_err *err)
{
    struct img_senders *senders = calloc(1, sizeof *senders);
    if (!senders)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory");
    senders->options = *options;
    pthread_mutex_init(&senders->lock, NULL);
    pthread_mutex_init(&senders->calls, NULL);
    pthread_cond_init(&senders->changed, NULL);
    senders->slot_count = 2 * (size_t)options->jobs;
    senders->threads = calloc(options->jobs, sizeof *senders->threads);
    senders->stores = calloc(options->jobs, sizeof *senders->stores);
    senders->slots = calloc(senders->slot_count, sizeof *senders->slots);
    bool ok = (senders->threads && senders->stores && senders->slots) ||
              img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory");
    for (unsigned i = 0; ok && i < options->jobs; i++)
        ok = start_thread(senders, i, err);
    if (!ok) {
        img_senders_stop(senders);
        return false;
    }
    *made = senders;
    return true;
}

static bool why_stopped(const struct img_senders *senders, struct img_err *err)
{
    if (!senders->stopped)
        return true;
    *err = senders->reason;
    return false;
}

bool img_senders_take(struct img_senders *senders, struct img_qdrant_batch **batch,
                      struct img_err *err)
{
    struct slot *slot = NULL;
    pthread_mutex_lock(&senders->lock);
    while (!senders->stopped && !(slot = first_of(senders, FREE)))
        pthread_cond_wait(&senders->changed, &senders->lock);
    bool ok = why_stopped(senders, err);
    if (ok) {
        slot->state = TAKEN;
        *batch = &slot->batch;
    }
    pthread_mutex_unlock(&senders->lock);
    return ok;
}

void img_senders_give(struct img_senders *senders, struct img_qdrant_batch *batch)
{
    pthread_mutex_lock(&senders->lock);
    for (size_t i = 0; i < senders->slot_count; i++) {
        if (&senders->slots[i].batch != batch)
            continue;
        senders->slots[i].state = READY;
        senders->slots[i].turn = ++senders->turn;
    }
    pthread_cond_broadcast(&senders->changed);
    pthread_mutex_unlock(&senders->lock);
}

bool img_senders_finish(struct img_senders *senders, struct img_batch_counts *counts,
                        struct img_err *err)
{
    pthread_mutex_lock(&senders->lock);
    while (!senders->stopped && (first_of(senders, READY) || first_of(senders, SENDING)))
        pthread_cond_wait(&senders->changed, &senders->lock);
    bool ok = why_stopped(senders, err);
    *counts = senders->counts;
    pthread_mutex_unlock(&senders->lock);
    return ok;
}

void img_senders_stop(struct img_senders *senders)
{
    if (!senders)
        return;
    pthread_mutex_lock(&senders->lock);
    senders->ending = true;
    for (size_t i = 0; senders->slots && i < senders->slot_count; i++)
        if (senders->slots[i].state == READY)
            senders->slots[i].state = FREE;
    pthread_cond_broadcast(&senders->changed);
    pthread_mutex_unlock(&senders->lock);
    for (unsigned i = 0; i < senders->started; i++)
        pthread_join(senders->threads[i], NULL);
    for (unsigned i = 0; senders->stores && i < senders->options.jobs; i++)
        if (senders->stores[i].server)
            img_qdrant_close(&senders->stores[i]);
    for (size_t i = 0; senders->slots && i < senders->slot_count; i++)
        img_buf_clear(&senders->slots[i].batch.points);
    free(senders->threads);
    free(senders->stores);
    free(senders->slots);
    pthread_cond_destroy(&senders->changed);
    pthread_mutex_destroy(&senders->calls);
    pthread_mutex_destroy(&senders->lock);
    free(senders);
}
