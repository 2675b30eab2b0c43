/* One file of a repository, into the hub's cache: begun or continued, checked, then named. */
#ifndef IMG_HUB_DOWNLOAD_H
#define IMG_HUB_DOWNLOAD_H

#include <stdint.h>

#include "base/err.h"
#include "base/report.h"
#include "hub/ask.h"
#include "hub/listing.h"

/* Called now and then while bytes come, and once at a file's end; done of total bytes of it. */
struct img_hub_progress {
    void (*step)(void *ctx, const char *file, uint64_t done, uint64_t total);
    void *ctx;
};

struct img_hub_download {
    struct img_http *http;
    const char *cache, *endpoint, *repo_id, *commit;
    struct img_retry retry;
    struct img_hub_progress progress; /* step may be NULL */
    const struct img_report *report;
    uint64_t received; /* adds up the bytes that came over the network */
};

/* Makes snapshots/COMMIT/PATH appear, a link to a blob of the announced size and digest. What was
 * received before a failure stays in blobs/ETAG.incomplete and is continued next time, by this
 * library or by Hugging Face's. Another process at work on the same blob is waited for.
 * Fails with MODEL_MISSING, NETWORK, OUTPUT (disk full, no permission) or OUT_OF_MEMORY. */
IMG_CHECKED bool img_hub_download(struct img_hub_download *download,
                                  const struct img_hub_file *file, struct img_err *err);

#endif
