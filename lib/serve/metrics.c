/* Counting, and writing the counts down. */
#include "serve/metrics.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/item.h"

/* The statuses that are told apart; others are counted as the last. */
static const unsigned statuses[IMG_METRIC_STATUSES] = {200, 204, 304, 400, 401, 403, 404, 405, 408,
                                                       411, 413, 415, 421, 422, 429, 500, 502, 503,
                                                       504, 0};

static const double times[IMG_METRIC_TIMES] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                               0.1,   0.25,   0.5,   1,    2.5,   10};

static const size_t batches[IMG_METRIC_BATCHES] = {1, 2, 4, 8, 16, 32, 64, 128};

static void add(atomic_ullong *counter, unsigned long long n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static unsigned long long get(atomic_ullong *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static unsigned long long microseconds(double seconds)
{
    return seconds > 0 ? (unsigned long long)(seconds * 1e6) : 0;
}

void img_metrics_request(struct img_metrics *m, size_t route, unsigned status, double seconds)
{
    size_t s = 0, t = 0;
    while (s < IMG_METRIC_STATUSES - 1 && statuses[s] != status)
        s++;
    while (t < IMG_METRIC_TIMES && seconds > times[t])
        t++;
    add(&m->requests[route][s], 1);
    add(&m->times[t], 1);
    add(&m->time_us, microseconds(seconds));
}

void img_metrics_batch(struct img_metrics *m, size_t inputs, double seconds)
{
    size_t b = 0;
    while (b < IMG_METRIC_BATCHES && inputs > batches[b])
        b++;
    add(&m->batches[b], 1);
    add(&m->batch_inputs, inputs);
    add(&m->batch_us, microseconds(seconds));
}

static void head(struct img_buf *out, const char *name, const char *kind, const char *help)
{
    img_buf_printf(out, "# HELP img_serve_%s %s\n# TYPE img_serve_%s %s\n", name, help, name, kind);
}

static void one(struct img_buf *out, const char *name, const char *kind, const char *help,
                double value)
{
    head(out, name, kind, help);
    img_buf_printf(out, "img_serve_%s %.15g\n", name, value);
}

static void put_requests(struct img_metrics *m, const char *const *names, size_t count,
                         struct img_buf *out)
{
    head(out, "requests_total", "counter", "Requests answered, by route and status.");
    for (size_t r = 0; r < count; r++)
        for (size_t s = 0; s < IMG_METRIC_STATUSES; s++)
            if (get(&m->requests[r][s]) > 0)
                img_buf_printf(out, "img_serve_requests_total{route=\"%s\",status=\"%u\"} %llu\n",
                               names[r], statuses[s], get(&m->requests[r][s]));
}

static void put_times(struct img_metrics *m, struct img_buf *out)
{
    unsigned long long sum = 0;
    head(out, "request_seconds", "histogram", "From a request's head to its answer.");
    for (size_t t = 0; t <= IMG_METRIC_TIMES; t++) {
        sum += get(&m->times[t]);
        if (t < IMG_METRIC_TIMES)
            img_buf_printf(out, "img_serve_request_seconds_bucket{le=\"%g\"} %llu\n", times[t],
                           sum);
    }
    img_buf_printf(out, "img_serve_request_seconds_bucket{le=\"+Inf\"} %llu\n"
                   "img_serve_request_seconds_sum %.6f\nimg_serve_request_seconds_count %llu\n",
                   sum, (double)get(&m->time_us) / 1e6, sum);
}

static void put_batches(struct img_metrics *m, struct img_buf *out)
{
    unsigned long long sum = 0;
    head(out, "batch_inputs", "histogram", "Inputs encoded together.");
    for (size_t b = 0; b <= IMG_METRIC_BATCHES; b++) {
        sum += get(&m->batches[b]);
        if (b < IMG_METRIC_BATCHES)
            img_buf_printf(out, "img_serve_batch_inputs_bucket{le=\"%zu\"} %llu\n", batches[b],
                           sum);
    }
    img_buf_printf(out, "img_serve_batch_inputs_bucket{le=\"+Inf\"} %llu\n"
                   "img_serve_batch_inputs_sum %llu\nimg_serve_batch_inputs_count %llu\n",
                   sum, get(&m->batch_inputs), sum);
    one(out, "encoding_seconds_total", "counter", "Time the encoder was at work.",
        (double)get(&m->batch_us) / 1e6);
}

static double resident_bytes(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fscanf(file, "%*u %lu", &pages) != 1)
        pages = 0;
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

void img_metrics_put(struct img_metrics *m, const char *const *names, size_t count,
                     size_t waiting, struct img_buf *out)
{
    put_requests(m, names, count, out);
    put_times(m, out);
    put_batches(m, out);
    head(out, "inputs_total", "counter", "Pictures and texts that gave an embedding.");
    img_buf_printf(out, "img_serve_inputs_total{kind=\"image\"} %llu\n"
                   "img_serve_inputs_total{kind=\"text\"} %llu\n",
                   get(&m->pictures), get(&m->texts));
    one(out, "cached_total", "counter", "Embeddings that came from the cache.",
        (double)get(&m->cached));
    one(out, "failed_inputs_total", "counter", "Inputs that gave none.", (double)get(&m->failed));
    one(out, "turned_away_total", "counter", "Requests refused before they had a route.",
        (double)get(&m->turned_away));
    one(out, "requests_active", "gauge", "Requests being worked on.",
        (double)atomic_load(&m->active));
    one(out, "inputs_waiting", "gauge", "Pictures and texts that wait for their turn.",
        (double)waiting);
    one(out, "connections", "gauge", "Open connections.", (double)atomic_load(&m->connections));
    one(out, "body_bytes", "gauge", "Memory that requests' bodies take.",
        (double)atomic_load(&m->body_bytes));
    one(out, "resident_bytes", "gauge", "Memory of the server's process, decoders not counted.",
        resident_bytes());
    one(out, "uptime_seconds", "gauge", "Time since the start.", img_item_clock() - m->started);
}
