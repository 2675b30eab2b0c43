/* Inputs to metadata records, some at a time: read, identified, asked about in the worker processes,
 * written as lines. */
#ifndef IMG_PIPELINE_META_H
#define IMG_PIPELINE_META_H

#include "base/hash.h"
#include "base/pool.h"
#include "config/config.h"
#include "pipeline/meta_inputs.h"
#include "worker/worker.h"

enum { IMG_META_PAGES_MAX = 10000 }; /* records of one file, with all_pages */

struct img_meta_settings {
    struct img_facts_options facts;
    bool all_pages;
    bool skip_non_images; /* no record for what does not look like a picture */
    bool debug;
    uint64_t max_file_size;
    unsigned decoders;
    unsigned timeout_ms;
};

/* Fails with CONFIG. */
IMG_CHECKED bool img_meta_settings_make(struct img_meta_settings *settings,
                                        const struct img_config *config,
                                        const struct img_common *common, struct img_err *err);

/* One input and what came of it. */
struct img_meta_item {
    struct img_meta_input input;
    struct img_buf out; /* its lines; kept from run to run */
    bool skipped;
    struct img_err err; /* IMG_OK: it worked */
};

struct img_meta {
    const struct img_meta_settings *settings;
    struct img_workers *workers;
    struct img_pool *readers;  /* one thread a decoder */
    struct img_arena *arenas;  /* one a decoder */
};

/* settings and report must outlive it. Fails as img_workers_open() does. */
IMG_CHECKED bool img_meta_open(struct img_meta *meta, const struct img_meta_settings *settings,
                               const struct img_report *report, struct img_err *err);

/* Works on items[n]: input is given, the rest is filled. False only when nothing can go on. */
IMG_CHECKED bool img_meta_run(struct img_meta *meta, struct img_meta_item *items, size_t n,
                              struct img_err *err);

/* The formats that can be read here, a name a line. */
IMG_CHECKED bool img_meta_put_formats(struct img_meta *meta, struct img_buf *out,
                                      struct img_err *err);

void img_meta_close(struct img_meta *meta);

#endif
