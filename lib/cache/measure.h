/* How much there is, from the tables' own counts. */
#ifndef IMG_CACHE_MEASURE_H
#define IMG_CACHE_MEASURE_H

#include "cache/inside.h"

struct img_cache_size {
    uint64_t entries[IMG_CACHE_TABLES];
    uint64_t used_bytes; /* of pages that hold something */
    uint64_t disk_bytes; /* that the file takes; its length is larger */
};

IMG_CHECKED bool img_cache_measure(struct img_cache *cache, struct img_cache_size *size,
                                   struct img_err *err);

#endif
