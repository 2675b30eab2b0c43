/* Writing the names of the hub's cache: a snapshot's links to blobs, and refs. Each appears or is
 * replaced in one step. */
#ifndef IMG_HUB_LINK_H
#define IMG_HUB_LINK_H

#include "base/err.h"

/* snapshots/COMMIT/FILE -> blobs/BLOB, relative. Folders on the way are made; one that is a link is
 * refused. Fails with OUTPUT. */
IMG_CHECKED bool img_hub_link(const char *cache, const char *repo_id, const char *commit,
                              const char *file, const char *blob, struct img_err *err);

/* refs/REVISION = commit. Fails with OUTPUT or OUT_OF_MEMORY. */
IMG_CHECKED bool img_hub_set_ref(const char *cache, const char *repo_id, const char *revision,
                                 const char *commit, struct img_err *err);

#endif
