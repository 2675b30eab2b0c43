/* Looking at the pages a change will touch, just before it is made. Reading a damaged leaf gives a
 * miss at worst; changing one makes LMDB move bytes by numbers that are wrong. */
#ifndef IMG_CACHE_PATH_H
#define IMG_CACHE_PATH_H

#include "cache/check.h"
#include "cache/inside.h"

/* The snapshot that a write transaction starts from. Zeroed is closed. */
struct img_cache_paths {
    int fd;
    struct img_cache_head *head;
    unsigned char *page;
    struct img_cache_tree *trees; /* [IMG_CACHE_TABLES] */
};

/* txn: the write transaction, before its first change. Fails with BAD_RECORD, TRUNCATED, SYSTEM or
 * OUT_OF_MEMORY; close it in any case. */
IMG_CHECKED bool img_cache_paths_open(struct img_cache_paths *paths, struct img_cache *cache,
                                      MDB_txn *txn, struct img_err *err);

/* The pages from the table's root to where name is or would be. Fails with BAD_RECORD. */
IMG_CHECKED bool img_cache_paths_check(struct img_cache_paths *paths, enum img_cache_table table,
                                       struct img_cache_bytes name, struct img_err *err);

void img_cache_paths_close(struct img_cache_paths *paths);

#endif
