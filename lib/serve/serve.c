/* Opening in order, running until a signal, closing in reverse. */
#include "serve/serve.h"

#include <time.h>

#include "cli/signals.h"
#include "serve/notify.h"

enum { TICK_MS = 100 };

/* A picture's bytes in base64, and something around it. */
static size_t body_limit(uint64_t file)
{
    return (size_t)(file / 3 * 4) + (1u << 20);
}

static bool read_token(struct img_serve *s, struct img_err *err)
{
    const char *path = s->options->token_file;
    bool open = false;
    if (!path)
        return true;
    if (!img_guard_read_token(path, s->token, &open, err))
        return false;
    if (open)
        img_report(s->report, IMG_WARNING, "token file '%s' can be read by others", path);
    s->has_token = true;
    return true;
}

/* systemd's sockets, else those that are asked for. */
static bool listen_on(struct img_serve *s, const struct img_config *config, struct img_err *err)
{
    const struct img_string_list *list = &s->options->listen;
    if (!img_listeners_inherit(&s->listeners, &config->environment, err))
        return false;
    if (list->count == 0 && s->listeners.count == 0 &&
        !img_listeners_add(&s->listeners, "127.0.0.1:8080", err))
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (!img_listeners_add(&s->listeners, list->items[i], err))
            return false;
    for (size_t i = 0; i < s->listeners.count; i++)
        if (!s->listeners.items[i].local && !s->has_token && !s->options->insecure)
            return img_err_set(err, IMG_ERR_USAGE, "--listen: '%s' can be reached from other "
                               "machines: give --token-file=FILE, or --insecure",
                               s->listeners.items[i].name);
    return true;
}

static bool open_threads(struct img_serve *s, struct img_err *err)
{
    const struct img_work_options work = {.embedder = &s->setup->embedder, .root = &s->root,
                                          .metrics = &s->metrics,
                                          .max_wait_ms = s->options->max_wait_ms};
    return img_work_open(&s->work, &work, err) &&
           img_fetch_open(&s->fetch, &s->work, s->options->allow_url, err) &&
           img_clerks_open(&s->clerks, err);
}

bool img_serve_open(struct img_serve *s, const struct img_serve_options *options,
                    const struct img_config *config, struct img_setup *setup,
                    const struct img_report *report, struct img_err *err)
{
    s->options = options;
    s->setup = setup;
    s->report = report;
    s->metadata_allowed = config->v.enable_metadata_extraction;
    s->body_max = body_limit(setup->settings.max_file_size);
    s->started = time(NULL);
    s->metrics.started = img_item_clock();
    return read_token(s, err) && (!config->v.root || img_root_open(&s->root, config->v.root, err)) &&
           img_assets_open(&s->assets, err) &&
           img_shelf_open(&s->shelf, &options->collections, &setup->embedder.engine->info,
                          setup->settings.threads, report, err) &&
           listen_on(s, config, err) && open_threads(s, err);
}

static void wait_tick(void)
{
    const struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
    nanosleep(&tick, NULL);
}

/* What is to be done now and then while connections are answered. */
static void tend(struct img_serve *s, double *flushed, bool hurried)
{
    img_web_sweep(&s->web, hurried);
    bool idle = atomic_load(&s->metrics.active) == 0;
    if (s->setup->embedder.cache && (idle || img_item_clock() - *flushed > 1)) {
        img_cache_flush(s->setup->embedder.cache);
        *flushed = img_item_clock();
    }
    wait_tick();
}

static void wait_for_active(struct img_serve *s, double end, double *flushed)
{
    while (atomic_load(&s->metrics.active) > 0) {
        bool late = img_item_clock() > end;
        if (late)
            atomic_store(&s->hurry, true);
        tend(s, flushed, late);
    }
}

/* Requests that have begun are answered; a client that does not take its answer is not waited for for
 * ever, and what is not begun when the time is up will not be. A connection that is open still may
 * bring another request just after the last was answered: who comes before the door closes is waited
 * for, who comes later is refused. */
static void drain(struct img_serve *s, double *flushed)
{
    double end = img_item_clock() + (double)s->options->drain;
    atomic_store(&s->ending, true);
    img_web_quiesce(&s->web);
    wait_for_active(s, end, flushed);
    atomic_store(&s->closed, true);
    wait_for_active(s, end, flushed);
}

bool img_serve_run(struct img_serve *s, const struct img_config *config, struct img_err *err)
{
    const char *manager = config->environment.notify_socket;
    double flushed = img_item_clock();
    for (size_t i = 0; i < s->listeners.count; i++)
        img_report(s->report, IMG_NOTE, "listening on %s", s->listeners.items[i].name);
    if (!img_web_open(&s->web, s, &s->listeners, err))
        return false;
    img_notify(manager, "READY=1");
    while (!img_signals_caught())
        tend(s, &flushed, false);
    img_notify(manager, "STOPPING=1");
    drain(s, &flushed);
    return true;
}

void img_serve_close(struct img_serve *s)
{
    img_web_close(&s->web);
    img_clerks_close(&s->clerks);
    img_fetch_close(&s->fetch);
    img_work_close(&s->work);
    img_listeners_close(&s->listeners);
    img_shelf_close(&s->shelf);
    img_assets_close(&s->assets);
    img_root_close(&s->root);
}
