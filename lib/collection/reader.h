/* Reading a collection: mapped, consistent at the moment of opening, whatever a writer does. */
#ifndef IMG_COLLECTION_READER_H
#define IMG_COLLECTION_READER_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct img_collection; /* opaque */

struct img_collection_facts {
    size_t count, dimension, dropped;
    const char *model_name, *fingerprint, *precision;
    bool normalized;
};

/* Fails with NOT_FOUND, or BAD_RECORD when collection.json and files do not fit together. */
IMG_CHECKED bool img_collection_open(struct img_collection **collection, const char *folder,
                                     struct img_err *err);
const struct img_collection_facts *img_collection_facts(const struct img_collection *collection);

/* [count, dimension], row-major, mapped. */
const float *img_collection_vectors(const struct img_collection *collection);
bool img_collection_is_dropped(const struct img_collection *collection, size_t row);

/* The record line of a row, without its newline, inside the mapping. Fails with BAD_RECORD. */
IMG_CHECKED bool img_collection_record(const struct img_collection *collection, size_t row,
                                       const char **line, size_t *len, struct img_err *err);
void img_collection_close(struct img_collection *collection);

#endif
