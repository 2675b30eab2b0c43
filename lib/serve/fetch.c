/* Fetching. */
#include "serve/fetch.h"

/* Keeps what comes, as long as it is of a picture's size. */
static bool keep(void *ctx, const struct img_http_answer *answer, const void *bytes, size_t len,
                 struct img_err *err)
{
    struct img_buf *out = ctx;
    if ((answer->has_length && answer->length >= out->limit) || out->len + len >= out->limit)
        return img_err_set(err, IMG_ERR_TOO_LARGE, "larger than %zu bytes", out->limit - 1);
    img_buf_put(out, bytes, len);
    return img_buf_ok(out, err);
}

static void fetch_one(struct img_fetch *fetch, struct img_http *http, struct img_entry *entry)
{
    struct img_item *item = &entry->item;
    const struct img_http_request request = {.url = entry->url, .whole_s = IMG_FETCH_SECONDS,
                                             .sink = keep, .ctx = &entry->fetched};
    struct img_http_answer answer = {0};
    bool transient;
    entry->fetched.limit = (size_t)fetch->most + 1;
    if (!img_http_send(http, &request, &answer, &transient, &item->err)) {
        if (item->err.code == IMG_ERR_NETWORK)
            item->err.code = IMG_ERR_REMOTE;
    } else if (answer.status < 200 || answer.status > 299) {
        img_err_set(&item->err, IMG_ERR_REMOTE, "HTTP status %ld", answer.status);
    }
    item->bytes = (const unsigned char *)entry->fetched.data;
    item->bytes_len = entry->fetched.len;
}

static struct img_entry *take(struct img_fetch *fetch)
{
    pthread_mutex_lock(&fetch->lock);
    while (!fetch->stop && fetch->waiting.count == 0)
        pthread_cond_wait(&fetch->ready, &fetch->lock);
    struct img_entry *entry = fetch->waiting.count > 0 ? img_entry_pop(&fetch->waiting) : NULL;
    pthread_mutex_unlock(&fetch->lock);
    return entry;
}

static void *fetcher_main(void *arg)
{
    struct img_fetch *fetch = arg;
    const struct img_http_options options = {.timeout_s = IMG_FETCH_SECONDS, .public_only = true};
    struct img_entry *entry;
    while ((entry = take(fetch))) {
        struct img_http *http = NULL;
        if (img_http_open(&http, &options, &entry->item.err))
            fetch_one(fetch, http, entry);
        img_http_close(http);
        img_work_submit(fetch->work, entry);
    }
    return NULL;
}

bool img_fetch_open(struct img_fetch *fetch, struct img_work *work, bool allowed,
                    struct img_err *err)
{
    *fetch = (struct img_fetch){.work = work, .allowed = allowed, .open = true};
    fetch->most = work->options.embedder->settings->max_file_size;
    pthread_mutex_init(&fetch->lock, NULL);
    pthread_cond_init(&fetch->ready, NULL);
    while (allowed && fetch->started < IMG_FETCHERS) {
        int os = pthread_create(&fetch->threads[fetch->started], NULL, fetcher_main, fetch);
        if (os != 0)
            return img_err_sys(err, IMG_ERR_SYSTEM, os, "cannot start a thread");
        fetch->started++;
    }
    return true;
}

void img_fetch_submit(struct img_fetch *fetch, struct img_entry *entry)
{
    if (entry->url && !fetch->allowed && entry->item.err.code == IMG_OK)
        img_err_set(&entry->item.err, IMG_ERR_PERMISSION,
                    "URLs are refused: the server was not started with --allow-url");
    if (!entry->url || entry->item.err.code != IMG_OK) {
        img_work_submit(fetch->work, entry);
        return;
    }
    pthread_mutex_lock(&fetch->lock);
    img_entry_push(&fetch->waiting, entry);
    pthread_cond_signal(&fetch->ready);
    pthread_mutex_unlock(&fetch->lock);
}

void img_fetch_close(struct img_fetch *fetch)
{
    if (!fetch->open)
        return;
    pthread_mutex_lock(&fetch->lock);
    fetch->stop = true;
    pthread_cond_broadcast(&fetch->ready);
    pthread_mutex_unlock(&fetch->lock);
    for (unsigned i = 0; i < fetch->started; i++)
        pthread_join(fetch->threads[i], NULL);
    pthread_cond_destroy(&fetch->ready);
    pthread_mutex_destroy(&fetch->lock);
    *fetch = (struct img_fetch){0};
}
