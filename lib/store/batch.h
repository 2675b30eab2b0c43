/* Some points on their way to the server in one request. */
#ifndef IMG_STORE_BATCH_H
#define IMG_STORE_BATCH_H

#include "store/client.h"
#include "store/payload.h"

enum { IMG_BATCH_POINTS = 1000 };

/* Bytes of a request: the server takes 32 MiB by default. A point alone may be larger. */
#define IMG_BATCH_BYTES ((size_t)8 << 20)

struct img_batch_entry {
    size_t begin, end; /* of the point's JSON in points */
    size_t payload;    /* where its payload begins */
    struct img_point_id id;
    char digest[IMG_STORED_DIGEST];
    uint64_t line; /* of the input, from 1 */
    bool unchanged;
};

struct img_qdrant_batch {
    struct img_buf points; /* {"id":…,"vector":…,"payload":…} one behind the other */
    struct img_batch_entry entries[IMG_BATCH_POINTS];
    size_t count;
};

/* Adds the point of a record; vector [record->dimension] is what is stored. */
void img_batch_add(struct img_qdrant_batch *batch, const struct img_stored_record *record,
                   const float *vector, const struct img_point_id *id, const char *root,
                   uint64_t line);

void img_batch_reset(struct img_qdrant_batch *batch);

struct img_batch_how {
    bool check;           /* what is there unchanged is not sent */
    bool wait, dry_run;
    const char *ordering; /* "weak", "medium", "strong"; NULL: the server's default */
};

struct img_batch_counts {
    size_t stored, unchanged, refused;
};

/* Told of a point that the server will not have. False ends the sending, with err. */
typedef bool (*img_batch_refused)(void *ctx, const struct img_qdrant_batch *batch,
                                  const struct img_batch_entry *entry, const struct img_err *why,
                                  struct img_err *err);

/* Sends. Where the server refuses a request for what is in it (400, 413, 422), halves are tried,
 * down to the points it will not have. Adds to counts. Fails with NETWORK when nothing can go
 * on. */
IMG_CHECKED bool img_batch_send(struct img_qdrant *store, struct img_qdrant_batch *batch,
                                const struct img_batch_how *how, struct img_batch_counts *counts,
                                img_batch_refused refused, void *ctx, struct img_err *err);

#endif
