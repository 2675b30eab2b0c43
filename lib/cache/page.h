/* One page of a tree in an LMDB data file, read and held to its form. */
#ifndef IMG_CACHE_PAGE_H
#define IMG_CACHE_PAGE_H

#include "cache/check.h"

enum img_cache_page_kind {
    IMG_CACHE_PAGE_FREE, /* of LMDB's list of free pages */
    IMG_CACHE_PAGE_MAIN, /* of its tree of tables */
    IMG_CACHE_PAGE_TABLE,
};

/* The pages of one snapshot. */
struct img_cache_file {
    int fd;
    const struct img_cache_head *head;
    struct img_err *err;
};

struct img_cache_node {
    const unsigned char *key;
    size_t key_len; /* 0: the first of a branch, which stands for all that is less than the next */
    size_t child;   /* of a branch */
    const unsigned char *value; /* of a leaf, unless it is large */
    size_t len;
    size_t large; /* the page on which a large value begins, or 0 */
};

/* Reads bytes of the file; to end within them is damage. False with err set. */
bool img_cache_page_bytes(const struct img_cache_file *file, size_t page, size_t offset, void *to,
                          size_t len);

/* Reads the page into bytes [head->page] and checks it: number and kind, bounds, that every entry
 * lies in it, and that keys rise. Gives the number of entries. False with err set: BAD_RECORD. */
bool img_cache_page_read(const struct img_cache_file *file, size_t page,
                         enum img_cache_page_kind kind, bool leaf, unsigned char *bytes,
                         size_t *count);

/* The i-th entry of a page that has been checked. */
struct img_cache_node img_cache_page_node(const unsigned char *bytes, bool leaf, size_t i);

/* The tree that the value of an entry of the main tree describes. */
struct img_cache_tree img_cache_page_tree(const struct img_cache_node *node);

/* Sets BAD_RECORD; false. */
bool img_cache_page_bad(const struct img_cache_file *file, size_t page, const char *what);

/* Is it the large value it should be? Gives its pages. */
bool img_cache_page_large(const struct img_cache_file *file, size_t page, size_t len,
                          size_t *pages);

#endif
