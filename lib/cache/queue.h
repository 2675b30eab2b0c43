/* Entries one behind the other in a buffer: table, lengths, key, value. */
#ifndef IMG_CACHE_QUEUE_H
#define IMG_CACHE_QUEUE_H

#include "base/buf.h"
#include "cache/entry.h"

struct img_cache_queued {
    enum img_cache_table table;
    struct img_cache_bytes name, value;
};

size_t img_cache_queued_size(size_t name_len, size_t value_len);

/* An entry for which there is no memory is dropped whole. */
void img_cache_queue_put(struct img_buf *queue, enum img_cache_table table,
                         struct img_cache_bytes name, const unsigned char *value, size_t len);

/* The entry at *at, which moves on; false at the end. */
bool img_cache_queue_next(const struct img_buf *queue, size_t *at,
                          struct img_cache_queued *entry);

#endif
