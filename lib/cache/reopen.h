/* Parts of open.c for those who look after an environment. */
#ifndef IMG_CACHE_REOPEN_H
#define IMG_CACHE_REOPEN_H

#include "cache/inside.h"

/* Moves a damaged environment aside and opens a new one; why is for the warning. */
IMG_CHECKED bool img_cache_replace(struct img_cache *cache, const char *why, struct img_err *err);

/* Closes the environment, puts the data file at path in the place of its own, opens it again; the
 * caller holds the locks. */
IMG_CHECKED bool img_cache_exchange(struct img_cache *cache, const char *path,
                                    struct img_err *err);

#endif
