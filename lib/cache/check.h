/* Is this a whole LMDB data file? LMDB trusts what it maps: a page that is not what it should be
 * makes it read beyond the file's end or stop the process. So the pages are looked at first, with
 * plain reads and every number checked, as far as the time allows. The layout is that of LMDB 0.9's
 * data version 1 (mdb.c: MDB_page, MDB_node, MDB_meta, MDB_db). */
#ifndef IMG_CACHE_CHECK_H
#define IMG_CACHE_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* A tree's description in a meta page or in a record of the main tree. */
struct img_cache_tree {
    uint32_t pad; /* of the first tree: the page size */
    uint16_t flags;
    uint16_t depth;
    size_t branches, leaves, overflows, entries;
    size_t root; /* SIZE_MAX: empty */
};

struct img_cache_head {
    size_t page; /* bytes of a page */
    size_t pages;
    size_t txn;
    struct img_cache_tree free, main;
};

/* Reads the newer meta page of a file that is not empty; of its two the one of transaction txn,
 * unless that is SIZE_MAX. Fails with TRUNCATED (shorter than it says) or BAD_RECORD (not an LMDB
 * file, or damaged). */
IMG_CHECKED bool img_cache_check_head(int fd, size_t txn, struct img_cache_head *head,
                                      struct img_err *err);

/* How much img_cache_check_trees() may do; the upper pages of all trees come first. */
struct img_cache_budget {
    size_t pages; /* at most so many pages, 0: all */
    int64_t ms;   /* and about so long, 0: as long as it takes */
    bool free_only; /* the list of free pages, which every writer uses, and no more */
};

/* Follows the trees of the snapshot that head describes, which a reader must hold. Fails with
 * BAD_RECORD, or with OUT_OF_MEMORY. */
IMG_CHECKED bool img_cache_check_trees(int fd, const struct img_cache_head *head,
                                       const struct img_cache_budget *budget, struct img_err *err);

#endif
