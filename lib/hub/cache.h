/* The hub's cache folder, as Hugging Face's tools lay it out and share it:
 *
 *   models--ORG--REPO/refs/REVISION       the commit a branch or tag stood at
 *   models--ORG--REPO/snapshots/COMMIT/…  links to
 *   models--ORG--REPO/blobs/ETAG          the files' contents
 *   .locks/models--ORG--REPO/ETAG.lock    held (flock) while a blob is written */
#ifndef IMG_HUB_CACHE_H
#define IMG_HUB_CACHE_H

#include <limits.h>
#include <stddef.h>

#include "base/err.h"

enum { IMG_HUB_COMMIT_MAX = 65 };

/* path = cache/models--ORG--REPO, then "/" and tail when there is one. */
IMG_CHECKED bool img_hub_cache_path(const char *cache, const char *repo_id, const char *tail,
                                    char path[PATH_MAX], struct img_err *err);

/* The folder of a revision that was fetched: by refs/REVISION, as a commit of its own, or, for
 * "main" without a ref, the only snapshot there is. False when there is none. */
bool img_hub_cache_snapshot(const char *cache, const char *repo_id, const char *revision,
                            char path[PATH_MAX]);

/* True when folder holds a configuration and the weights (or a shard index) that go with it. */
bool img_hub_folder_complete(const char *folder);

/* A name that may become a path's part: letters, digits and -_.+, not beginning with a dot. */
bool img_hub_part_ok(const char *part, size_t len);

/* A relative path of such parts, at most four deep. */
bool img_hub_path_ok(const char *path);

#endif
