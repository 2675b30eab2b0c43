/* What a batch did: counts, and how they are told on a terminal, in a summary, and as JSON for cron. */
#ifndef IMG_PIPELINE_TALLY_H
#define IMG_PIPELINE_TALLY_H

#include <stdatomic.h>

#include "base/buf.h"
#include "pipeline/pipeline.h"

struct img_batch_tally {
    double begun;               /* img_item_clock() */
    atomic_size_t inputs;       /* given by the source so far */
    atomic_bool all_known;      /* the source has ended: inputs is the total */
    size_t worked, failed;
    size_t unchanged;           /* in the collection already */
    size_t left_out;            /* --skip-non-images */
    size_t cached;              /* vectors from the cache */
    size_t read, decoded, encoded; /* files read, pictures decoded, embeddings computed */
    uint64_t bytes;             /* read */
};

/* Counts a result. */
void img_batch_tally_add(struct img_batch_tally *tally, const struct img_item *item, bool skipped);

/* "1234 of 20000, 18.3/s, 0:17:03 left, 12 from the cache, 3 failed" */
void img_batch_tally_put_line(const struct img_batch_tally *tally, struct img_buf *out);

/* One JSON object and a newline. */
void img_batch_tally_put_json(const struct img_batch_tally *tally,
                              const struct img_pipeline_times *times, struct img_buf *out);

#endif
