/* Preparing and encoding for many requests at once. */
#include "serve/work.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/size.h"
#include "input/bytes.h"

struct img_preparer {
    struct img_work *work;
    unsigned slot;
    pthread_t thread;
};

void img_entry_push(struct img_entry_queue *queue, struct img_entry *entry)
{
    entry->next = NULL;
    if (!queue->last)
        queue->last = &queue->first;
    *queue->last = entry;
    queue->last = &entry->next;
    queue->count++;
}

struct img_entry *img_entry_pop(struct img_entry_queue *queue)
{
    struct img_entry *entry = queue->first;
    queue->first = entry->next;
    if (!queue->first)
        queue->last = &queue->first;
    queue->count--;
    return entry;
}

static bool open_confined(const struct img_work *w, struct img_item *item,
                          struct img_input_file *file)
{
    int fd;
    if (!img_root_file(w->options.root, item->path, item->path_len, &fd, &item->err) ||
        !img_input_take(file, fd, w->options.embedder->settings->max_file_size, &item->err))
        return false;
    item->opened = file;
    item->stamp = file->stamp;
    item->has_stamp = true;
    return true;
}

static void prepare(struct img_work *w, struct img_entry *entry, unsigned slot)
{
    struct img_input_file file = {0};
    struct img_item *item = &entry->item;
    struct img_err err = {0};
    if (item->err.code != IMG_OK ||
        (entry->confined && !open_confined(w, item, &file)))
        return;
    if (entry->job)
        entry->job(w, entry, slot);
    else if (!img_embedder_prepare(w->options.embedder, item, slot, &entry->arena, &err) &&
             item->err.code == IMG_OK)
        item->err = err;
    if (entry->fresh)
        item->has_content = false;
    item->opened = NULL;
    img_input_close(&file);
}

/* An entry and a place for its picture. NULL when there will be none. Locked. */
static struct img_entry *take(struct img_work *w)
{
    while (!w->stop && (w->waiting.count == 0 || w->spare_count == 0))
        pthread_cond_wait(&w->to_prepare, &w->lock);
    if (w->stop)
        return NULL;
    struct img_entry *entry = img_entry_pop(&w->waiting);
    entry->item.pixels = w->spare[--w->spare_count];
    w->busy++;
    return entry;
}

static void *preparer_main(void *arg)
{
    const struct img_preparer *self = arg;
    struct img_work *w = self->work;
    struct img_entry *entry;
    pthread_mutex_lock(&w->lock);
    while ((entry = take(w))) {
        pthread_mutex_unlock(&w->lock);
        prepare(w, entry, self->slot);
        bool encodes = entry->item.decoded || entry->item.encoded;
        pthread_mutex_lock(&w->lock);
        w->busy--;
        if (!entry->item.decoded) {
            w->spare[w->spare_count++] = entry->item.pixels;
            pthread_cond_signal(&w->to_prepare);
        }
        if (encodes)
            img_entry_push(&w->decoded, entry);
        pthread_cond_signal(&w->to_encode); /* also when it waits for this one in vain */
        if (!encodes) {
            pthread_mutex_unlock(&w->lock);
            entry->done(entry);
            pthread_mutex_lock(&w->lock);
        }
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static struct timespec after_ms(double ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    int64_t ns = t.tv_nsec + (int64_t)(ms * 1e6);
    t.tv_sec += ns / 1000000000;
    t.tv_nsec = ns % 1000000000;
    return t;
}

/* A batch: what is ready, and what becomes so within the time that one may wait, while something is
 * on its way at all. 0: there will be none. Locked. */
static size_t take_batch(struct img_work *w)
{
    size_t most = w->options.embedder->settings->batch, n = 0;
    while (!w->stop && w->decoded.count == 0)
        pthread_cond_wait(&w->to_encode, &w->lock);
    const struct timespec until = after_ms(w->options.max_wait_ms);
    while (!w->stop && w->decoded.count < most && w->busy + w->waiting.count > 0 &&
           pthread_cond_timedwait(&w->to_encode, &w->lock, &until) != ETIMEDOUT)
        continue;
    if (w->stop)
        return 0;
    while (n < most && w->decoded.count > 0)
        w->batch[n++] = img_entry_pop(&w->decoded);
    return n;
}

static void encode(struct img_work *w, size_t n)
{
    struct img_err err = {0};
    double begin = img_item_clock();
    for (size_t i = 0; i < n; i++)
        w->items[i] = &w->batch[i]->item;
    if (!img_embedder_encode(w->options.embedder, w->items, n, &err))
        for (size_t i = 0; i < n; i++)
            if (w->items[i]->err.code == IMG_OK) {
                w->items[i]->encoded = false;
                w->items[i]->err = err;
            }
    img_metrics_batch(w->options.metrics, n, img_item_clock() - begin);
}

static void *encoder_main(void *arg)
{
    struct img_work *w = arg;
    size_t n;
    pthread_mutex_lock(&w->lock);
    while ((n = take_batch(w)) > 0) {
        pthread_mutex_unlock(&w->lock);
        encode(w, n);
        pthread_mutex_lock(&w->lock);
        for (size_t i = 0; i < n; i++)
            if (w->batch[i]->item.decoded)
                w->spare[w->spare_count++] = w->batch[i]->item.pixels;
        pthread_cond_broadcast(&w->to_prepare);
        pthread_mutex_unlock(&w->lock);
        for (size_t i = 0; i < n; i++)
            w->batch[i]->done(w->batch[i]);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static bool allocate(struct img_work *w, struct img_err *err)
{
    const struct img_embedder *e = w->options.embedder;
    size_t pictures = 2 * e->settings->batch + e->decoders, all;
    size_t bytes = img_embedder_picture_bytes(e);
    if (!img_size_mul(pictures, bytes, &all))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "batches of %zu are too large",
                           e->settings->batch);
    w->pixels = malloc(all);
    w->spare = calloc(pictures, sizeof *w->spare);
    w->batch = calloc(e->settings->batch, sizeof *w->batch);
    w->items = calloc(e->settings->batch, sizeof *w->items);
    w->preparers = calloc(e->decoders, sizeof *w->preparers);
    if (!w->pixels || !w->spare || !w->batch || !w->items || !w->preparers)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for batches of %zu",
                           e->settings->batch);
    for (size_t i = 0; i < pictures; i++)
        w->spare[w->spare_count++] = w->pixels + i * bytes;
    return true;
}

bool img_work_open(struct img_work *w, const struct img_work_options *options,
                   struct img_err *err)
{
    pthread_condattr_t monotonic;
    *w = (struct img_work){.options = *options};
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w->to_prepare, NULL);
    pthread_cond_init(&w->to_encode, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (!allocate(w, err))
        return false;
    int os = pthread_create(&w->encoder, NULL, encoder_main, w);
    w->has_encoder = os == 0;
    while (os == 0 && w->started < options->embedder->decoders) {
        struct img_preparer *p = &w->preparers[w->started];
        *p = (struct img_preparer){.work = w, .slot = w->started};
        os = pthread_create(&p->thread, NULL, preparer_main, p);
        w->started += os == 0;
    }
    return os == 0 || img_err_sys(err, IMG_ERR_SYSTEM, os, "cannot start a thread");
}

void img_work_submit(struct img_work *w, struct img_entry *entry)
{
    pthread_mutex_lock(&w->lock);
    bool text = entry->item.kind == IMG_ITEM_TEXT && entry->item.err.code == IMG_OK;
    img_entry_push(text ? &w->decoded : &w->waiting, entry);
    pthread_cond_signal(text ? &w->to_encode : &w->to_prepare);
    pthread_mutex_unlock(&w->lock);
}

size_t img_work_waiting(struct img_work *w)
{
    pthread_mutex_lock(&w->lock);
    size_t count = w->waiting.count + w->decoded.count;
    pthread_mutex_unlock(&w->lock);
    return count;
}

void img_work_close(struct img_work *w)
{
    if (!w->options.embedder)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->to_prepare);
    pthread_cond_broadcast(&w->to_encode);
    pthread_mutex_unlock(&w->lock);
    for (unsigned i = 0; i < w->started; i++)
        pthread_join(w->preparers[i].thread, NULL);
    if (w->has_encoder)
        pthread_join(w->encoder, NULL);
    free(w->pixels);
    free(w->spare);
    free(w->batch);
    free(w->items);
    free(w->preparers);
    pthread_cond_destroy(&w->to_prepare);
    pthread_cond_destroy(&w->to_encode);
    pthread_mutex_destroy(&w->lock);
    *w = (struct img_work){0};
}
