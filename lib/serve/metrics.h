/* What the server counts, and how Prometheus is told.
 * Specification: the text-based exposition format, version 0.0.4. */
#ifndef IMG_SERVE_METRICS_H
#define IMG_SERVE_METRICS_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/buf.h"

enum { IMG_METRIC_ROUTES = 32, IMG_METRIC_STATUSES = 20, IMG_METRIC_TIMES = 12,
       IMG_METRIC_BATCHES = 8 };

struct img_metrics {
    double started; /* img_item_clock() */
    atomic_ullong requests[IMG_METRIC_ROUTES][IMG_METRIC_STATUSES];
    atomic_ullong times[IMG_METRIC_TIMES + 1]; /* how many took that long: the last is more */
    atomic_ullong time_us;
    atomic_ullong batches[IMG_METRIC_BATCHES + 1]; /* by size */
    atomic_ullong batch_us, batch_inputs;
    atomic_ullong pictures, texts, cached, failed; /* inputs */
    atomic_ullong turned_away;                     /* connections and requests without a route */
    atomic_size_t active, connections, body_bytes;
};

void img_metrics_request(struct img_metrics *metrics, size_t route, unsigned status,
                         double seconds);
void img_metrics_batch(struct img_metrics *metrics, size_t inputs, double seconds);

/* Appends the text. names [count] are the routes'. */
void img_metrics_put(struct img_metrics *metrics, const char *const *names, size_t count,
                     size_t waiting, struct img_buf *out);

#endif
