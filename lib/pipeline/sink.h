/* Where a batch's results go: records by line, plain vectors, or a collection. */
#ifndef IMG_PIPELINE_SINK_H
#define IMG_PIPELINE_SINK_H

#include "base/file.h"
#include "cli/output.h"
#include "collection/writer.h"
#include "pipeline/embedder.h"

enum img_sink_kind {
    IMG_SINK_RECORDS,    /* JSON lines */
    IMG_SINK_F32,        /* raw little-endian float32, [inputs, dimension] */
    IMG_SINK_NPY,        /* the same as a NumPy file */
    IMG_SINK_COLLECTION, /* a folder */
};

struct img_sink {
    enum img_sink_kind kind;
    const struct img_embedder *embedder;
    struct img_output *output; /* standard output; NULL where path is written to */
    struct img_newfile file;
    struct img_collection_writer *collection;
    size_t rows; /* plain vectors so far */
    struct img_buf line;
};

/* path NULL: standard output, which is output. A file appears when all is written, a collection
 * grows as it goes. Fails with OUTPUT, USAGE (an .npy file cannot be piped: its head says how long it
 * is), or as img_collection_open_writer() does. */
IMG_CHECKED bool img_sink_open(struct img_sink *sink, enum img_sink_kind kind, const char *path,
                               struct img_output *output, const struct img_embedder *embedder,
                               struct img_err *err);

/* Takes a result. A failed input is a record like any other, a row of NaN among plain vectors, and a
 * line of a collection's failures. */
IMG_CHECKED bool img_sink_put(struct img_sink *sink, const struct img_item *item,
                              struct img_err *err);

/* Now and then: writes what is waiting, when it is time to (a collection) or nothing else is coming
 * at the moment (waiting). */
IMG_CHECKED bool img_sink_idle(struct img_sink *sink, bool waiting, struct img_err *err);

/* All is there: what was held back is written, files appear. Closes in any case. */
IMG_CHECKED bool img_sink_finish(struct img_sink *sink, struct img_err *err);

/* After a failure or a signal: a collection keeps what it has, a file does not appear. */
void img_sink_abort(struct img_sink *sink);

#endif
