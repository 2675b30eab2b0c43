/* What the files below some folders hold, as far as the cache knows: what is not among it may go. */
#ifndef IMG_CACHE_ROOTS_H
#define IMG_CACHE_ROOTS_H

#include "cache/inside.h"

struct img_cache_roots;

enum { IMG_CACHE_ROOT_FILES = 1 << 26 }; /* most files below the roots */

/* Walks the folders and keeps a hash of each file's stamp. Fails with what walking gives: a folder
 * that cannot be read would count as empty. *roots is NULL then. */
IMG_CHECKED bool img_cache_roots_new(struct img_cache_roots **roots, const char *const *folders,
                                     size_t count, struct img_err *err);

/* Finds the contents of these files; before img_cache_roots_use(). */
IMG_CHECKED bool img_cache_roots_contents(struct img_cache_roots *roots, struct img_cache *cache,
                                          struct img_err *err);

bool img_cache_roots_have(const struct img_cache_roots *roots, const struct img_stamp *stamp);
/* content: its key, IMG_CACHE_CONTENT_KEY bytes. */
bool img_cache_roots_use(const struct img_cache_roots *roots, const unsigned char *content);

void img_cache_roots_free(struct img_cache_roots *roots);

#endif
