/* A model from the hub, into the hub's own cache folder, so that every program that knows that
 * layout shares it. A revision's name leads to the new files only when all of them are there. */
#ifndef IMG_HUB_FETCH_H
#define IMG_HUB_FETCH_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/report.h"
#include "config/places.h"
#include "hub/cache.h"
#include "hub/download.h"
#include "hub/names.h"

struct img_hub_fetch {
    const struct img_hub_places *places;
    unsigned retry_attempts;
    double retry_delay_s;
    unsigned timeout_s; /* without a connection, or without a byte */
    struct img_hub_progress progress;
    const struct img_report *report;
};

struct img_hub_fetched {
    char path[PATH_MAX]; /* the snapshot's folder */
    char commit[IMG_HUB_COMMIT_MAX];
    size_t files;
    uint64_t bytes;    /* of those whose size the hub's list told */
    uint64_t received; /* over the network, this time */
};

/* Fetches what a model needs, or exactly files[file_count]. Fails with NETWORK (offline included),
 * MODEL_MISSING, MODEL_UNSUPPORTED, OUTPUT (no space, no permission, no cache folder), USAGE or
 * OUT_OF_MEMORY; what was received stays and is continued by the next call. */
IMG_CHECKED bool img_hub_fetch(const struct img_hub_fetch *fetch, const struct img_hub_repo *repo,
                               const char *const *files, size_t file_count,
                               struct img_hub_fetched *fetched, struct img_err *err);

#endif
