/* A queue of requests and a few threads. */
#include "serve/clerks.h"

/* Locked. */
static void push(struct img_clerks *clerks, struct img_request *request)
{
    request->queued = true;
    request->next = NULL;
    *clerks->last = request;
    clerks->last = &request->next;
    pthread_cond_signal(&clerks->ready);
}

static struct img_request *pop(struct img_clerks *clerks)
{
    struct img_request *request = clerks->first;
    clerks->first = request->next;
    if (!clerks->first)
        clerks->last = &clerks->first;
    request->queued = false;
    return request;
}

static void *clerk_main(void *arg)
{
    struct img_clerks *clerks = arg;
    pthread_mutex_lock(&clerks->lock);
    for (;;) {
        while (!clerks->stop && !clerks->first)
            pthread_cond_wait(&clerks->ready, &clerks->lock);
        if (!clerks->first)
            break;
        struct img_request *request = pop(clerks);
        request->running = true;
        pthread_mutex_unlock(&clerks->lock);
        img_request_step(request);
        pthread_mutex_lock(&clerks->lock);
        request->running = false;
        if (request->again) {
            request->again = false;
            push(clerks, request);
            continue;
        }
        pthread_mutex_unlock(&clerks->lock);
        img_request_release(request);
        pthread_mutex_lock(&clerks->lock);
    }
    pthread_mutex_unlock(&clerks->lock);
    return NULL;
}

bool img_clerks_open(struct img_clerks *clerks, struct img_err *err)
{
    *clerks = (struct img_clerks){.open = true};
    clerks->last = &clerks->first;
    pthread_mutex_init(&clerks->lock, NULL);
    pthread_cond_init(&clerks->ready, NULL);
    for (; clerks->started < IMG_CLERKS; clerks->started++) {
        int os = pthread_create(&clerks->threads[clerks->started], NULL, clerk_main, clerks);
        if (os != 0)
            return img_err_sys(err, IMG_ERR_SYSTEM, os, "cannot start a thread");
    }
    return true;
}

void img_clerks_call(struct img_clerks *clerks, struct img_request *request)
{
    pthread_mutex_lock(&clerks->lock);
    if (request->running) {
        request->again = true;
    } else if (!request->queued) {
        img_request_hold(request);
        push(clerks, request);
    }
    pthread_mutex_unlock(&clerks->lock);
}

void img_clerks_close(struct img_clerks *clerks)
{
    if (!clerks->open)
        return;
    pthread_mutex_lock(&clerks->lock);
    clerks->stop = true;
    pthread_cond_broadcast(&clerks->ready);
    pthread_mutex_unlock(&clerks->lock);
    for (unsigned i = 0; i < clerks->started; i++)
        pthread_join(clerks->threads[i], NULL);
    pthread_cond_destroy(&clerks->ready);
    pthread_mutex_destroy(&clerks->lock);
    *clerks = (struct img_clerks){0};
}
