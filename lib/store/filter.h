/* Filters on records as Qdrant's filters on payloads.
 *
 * Not everything can be said there; what cannot is an error that names it, never another filter.
 * What can holds for the same records, but for two things: a date without an offset from UTC counts
 * as UTC, and an empty array counts as missing. */
#ifndef IMG_STORE_FILTER_H
#define IMG_STORE_FILTER_H

#include "query/where.h"

/* Appends the filter as JSON. *exact says that none of the two can matter. Fails with USAGE:
 * "metadata.width == metadata.height: Qdrant cannot compare two fields", or OUT_OF_MEMORY. */
IMG_CHECKED bool img_qdrant_filter(const struct img_where *where, struct img_buf *out,
                                   bool *exact, struct img_err *err);

#endif
