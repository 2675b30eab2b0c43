/* What models are there: the demo, the stores, the hub's cache. */
#ifndef IMG_HUB_INSTALLED_H
#define IMG_HUB_INSTALLED_H

#include <stddef.h>

#include "base/arena.h"
#include "config/places.h"
#include "hub/names.h"

enum { IMG_HUB_INSTALLED_MAX = 4096 };

struct img_hub_installed {
    enum img_hub_kind kind;
    const char *name; /* under which img_hub_find() finds this folder */
    const char *path;
};

/* Lists folders that hold configuration and weights, of whatever architecture, sorted by name, into
 * arrays of the arena's. At most IMG_HUB_INSTALLED_MAX. Fails with OUT_OF_MEMORY. */
IMG_CHECKED bool img_hub_list(const struct img_hub_places *places, struct img_arena *arena,
                              struct img_hub_installed **models, size_t *count,
                              struct img_err *err);

#endif
