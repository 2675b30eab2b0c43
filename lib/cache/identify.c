/* The identity of bytes, in this cache and everywhere. */
#include "cache/inside.h"

void img_cache_identify(const struct img_cache *cache, const void *bytes, size_t len,
                        struct img_content *content)
{
    content->id = img_hash_id(bytes, len);
    content->seeded = img_hash_id_seeded(bytes, len, cache ? cache->seed : 0);
    content->size = len;
}
