/* The derived file of a collection, search.int8: its vectors reduced (reduced.h), so that a search
 * reads a quarter of the bytes. It belongs to the vectors.f32 beside it: the header has its inode,
 * its modification time when all its rows were covered, and a hash of some of its rows. A file that
 * does not fit is as none; a row in it that is not as it was written shows when it is read. Rows that
 * were appended since are searched without it until it is built anew.
 *
 * Layout, little-endian: struct img_derived_head in 4096 bytes; the mean, rounded up to 64 bytes;
 * blocks as reduced.h has them. Not public. */
#ifndef IMG_SEARCH_DERIVED_H
#define IMG_SEARCH_DERIVED_H

#include "base/file.h"
#include "base/pool.h"
#include "search/reduced.h"

#define IMG_DERIVED_NAME "search.int8"

/* Zeroed is none. */
struct img_derived {
    struct img_map map;
    struct img_reduced reduced; /* count 0: none */
};

/* Opens the one in options->folder; with options->build one that is missing, does not fit, or lacks
 * many rows is made first. Whatever is wrong is a note and no derived file. Fails with OUT_OF_MEMORY.
 */
IMG_CHECKED bool img_derived_open(struct img_derived *derived,
                                  const struct img_search_options *options,
                                  const struct img_search_kernels *kernels, struct img_pool *pool,
                                  struct img_err *err);

/* Takes a file that turned out to be damaged away, where it may be built anew. */
void img_derived_discard(struct img_derived *derived, const struct img_search_options *options);
void img_derived_close(struct img_derived *derived);

#endif
