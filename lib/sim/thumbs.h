/* Thumbnails of files, made by decoders in parallel and given in order. */
#ifndef IMG_SIM_THUMBS_H
#define IMG_SIM_THUMBS_H

#include <stdatomic.h>

#include "base/pool.h"
#include "config/config.h"
#include "worker/worker.h"

enum { IMG_THUMBS_BATCH = 64 }; /* at once: what lies in memory */

struct img_thumb {
    const char *path; /* the caller's; NULL: nothing to be made */
    struct img_buf picture;
    struct img_extent extent;
    struct img_err err; /* IMG_OK: it is there */
};

/* Zeroed is closed. Must not move once opened. */
struct img_thumbs {
    struct img_workers *workers;
    struct img_pool *pool;
    struct img_prep prep;
    enum img_thumbnail_kind kind;
    uint64_t max_file_size;
    size_t count; /* of the call in hand */
    atomic_size_t next; /* taken by whoever is free */
    struct img_thumb kept[IMG_THUMBS_BATCH];
};

struct img_thumbs_options {
    const struct img_config *config; /* page, formats and limits are its own */
    uint32_t side;
    enum img_thumbnail_kind kind;
    unsigned decoders; /* 0: as many as there are processors, max_workers at most */
    const struct img_report *report;
};

/* Starts the decoders. Fails with SYSTEM, CONFIG or OUT_OF_MEMORY. */
IMG_CHECKED bool img_thumbs_open(struct img_thumbs *thumbs,
                                 const struct img_thumbs_options *options, struct img_err *err);

/* Makes the thumbnails of paths [count], at most IMG_THUMBS_BATCH; a NULL among them has none. They
 * stay until the next call. What cannot be made says why. */
const struct img_thumb *img_thumbs_make(struct img_thumbs *thumbs, const char *const *paths,
                                        size_t count);

void img_thumbs_close(struct img_thumbs *thumbs);

#endif
