/* Points out of a collection, as the records they were. */
#ifndef IMG_STORE_PULL_H
#define IMG_STORE_PULL_H

#include "base/report.h"
#include "query/where.h"
#include "store/client.h"
#include "store/reply.h"

struct img_pull_points {
    const struct img_where *where; /* what must hold of the records; NULL: all are wanted */
    bool vectors;                  /* are wanted, of this dimension */
    size_t dimension;
    /* Gets a point; false ends the pull, with err. */
    bool (*point)(void *ctx, const struct img_qdrant_point *point, struct img_err *err);
    /* Called after the points of each page; NULL. Only here may the store be asked for something
     * else: the answer takes the place of the page. */
    bool (*page)(void *ctx, struct img_err *err);
    void *ctx;
    int (*stopped)(void); /* not 0: end, with success; may be NULL */
};

/* Scrolls through all points, in the order of their ids. The filter is asked of the server where
 * that comes to the same, and looked at here. */
IMG_CHECKED bool img_pull_points(struct img_qdrant *store, const struct img_pull_points *pull,
                                 struct img_err *err);

/* Writes points into a collection's folder. Zeroed is closed. */
struct img_pull_folder {
    const char *folder;
    const struct img_report *report;
    struct img_collection_writer *writer;
    struct img_buf line;
    char fingerprint[24];
};

/* The first point tells model, precision and dimension; one of another model is a failure: CONFIG.
 * A point without a path becomes a row that is not found by path. Fails as writing a collection
 * does. */
IMG_CHECKED bool img_pull_to_folder(struct img_pull_folder *to,
                                    const struct img_qdrant_point *point,
                                    struct img_err *err);

/* Commits and closes. */
IMG_CHECKED bool img_pull_folder_finish(struct img_pull_folder *to, struct img_err *err);
void img_pull_folder_abort(struct img_pull_folder *to);

#endif
