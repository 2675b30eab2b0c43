/* Where an environment may lie. */
#ifndef IMG_CACHE_PLACE_H
#define IMG_CACHE_PLACE_H

#include <stddef.h>

#include "base/err.h"

/* The name of a kind of file system, by statfs(2)'s f_type, on which a shared memory map is not
 * safe (another machine may write, or the map may not be coherent); NULL when it is. */
const char *img_cache_unsafe_place(unsigned long type);

/* False with SYSTEM when the folder is on such a file system. */
IMG_CHECKED bool img_cache_place_check(const char *folder, struct img_err *err);

/* Renames folder to a sibling that is not there yet, whose name is put into aside [size]. */
IMG_CHECKED bool img_cache_move_aside(const char *folder, char *aside, size_t size,
                                      struct img_err *err);

#endif
