/* Records into a collection: checked, made into points, sent in batches over several connections.
 *
 * What goes in is kept in memory for some batches only. Ids depend on model and input alone, so a
 * push that was cut off, or is done again, stores every point once; what is there unchanged is not
 * sent. */
#ifndef IMG_STORE_PUSH_H
#define IMG_STORE_PUSH_H

#include "base/report.h"
#include "store/batch.h"
#include "store/seen.h"
#include "store/target.h"

enum { IMG_PUSH_JOBS_MAX = 64, IMG_PUSH_REFUSED_MAX = 1000 };

struct img_push_options {
    const struct img_qdrant_server *server;
    struct img_target_spec spec; /* dimension and model come from the first record */
    const char *folder;          /* the current one, absolute: paths are made absolute against it */
    const char *root;            /* absolute: ids are of paths below it; NULL: of absolute paths */
    unsigned jobs;               /* connections */
    size_t points;               /* of a request, at most IMG_BATCH_POINTS */
    struct img_batch_how how;    /* check is decided here */
    bool resend;                 /* also what is there unchanged */
    bool mirror;                 /* delete what was not among the records */
    const struct img_report *report;
    /* Gets the record line of an input that was not stored. One call at a time. */
    bool (*failed)(void *ctx, const char *line, size_t len, struct img_err *err);
    void *ctx;
};

struct img_push_counts {
    size_t records, stored, unchanged, failed;
    uint64_t deleted;
};

struct img_push; /* opaque */

/* Opens no connection yet. Fails with CONFIG, OUT_OF_MEMORY or SYSTEM. options are copied; what
 * they point to must outlive the push. */
IMG_CHECKED bool img_push_open(struct img_push **push, const struct img_push_options *options,
                               struct img_err *err);

/* Takes a record line (number counts from 1). vector [dimension]: the one that the line lacks, else
 * NULL. A record that cannot be stored is handed to failed and counted. Fails with CONFIG when the
 * collection is of another model (the first record tells), or with what stopped the sending. */
IMG_CHECKED bool img_push_record(struct img_push *push, const char *line, size_t len,
                                 const float *vector, size_t dimension, uint64_t number,
                                 struct img_err *err);

/* Sends what has come together: where the input keeps one waiting. */
void img_push_flush(struct img_push *push);

/* Waits until all is sent; whole says that all records have come, so that mirroring may follow. The
 * points of records that failed stay; where one has no name, nothing is deleted. Then counts
 * holds. */
IMG_CHECKED bool img_push_finish(struct img_push *push, bool whole, struct img_push_counts *counts,
                                 struct img_err *err);

void img_push_close(struct img_push *push);

#endif
