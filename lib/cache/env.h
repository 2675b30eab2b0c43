/* The LMDB environment in cache->folder, under the locks that open.c takes. */
#ifndef IMG_CACHE_ENV_H
#define IMG_CACHE_ENV_H

#include "cache/check.h"
#include "cache/inside.h"

enum img_cache_opened {
    IMG_CACHE_OPENED,
    IMG_CACHE_BROKEN, /* damaged, foreign or of another version: to be moved aside */
    IMG_CACHE_UNUSABLE,
};

/* Checks as much of the structure as can be done in a moment first. err says why not. */
enum img_cache_opened img_cache_env_open(struct img_cache *cache, struct img_err *err);
void img_cache_env_close(struct img_cache *cache);

/* Makes the data file longer than what is in it; txn is a write transaction before its first
 * change. */
void img_cache_fill_up(struct img_cache *cache, MDB_txn *txn);

/* Checks the structure of the present snapshot; TRUNCATED or BAD_RECORD: it is damaged. */
IMG_CHECKED bool img_cache_look(struct img_cache *cache, const struct img_cache_budget *budget,
                                struct img_err *err);

#endif
