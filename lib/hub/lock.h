/* The lock of a blob, shared with Hugging Face's tools: flock on .locks/REPO/ETAG.lock. */
#ifndef IMG_HUB_LOCK_H
#define IMG_HUB_LOCK_H

#include "base/err.h"
#include "base/report.h"

/* *fd = -1 and true on a file system that cannot lock. Waits while another process holds it, and
 * says so once. Fails with OUTPUT. */
IMG_CHECKED bool img_hub_lock(const char *cache, const char *repo_id, const char *etag,
                              const struct img_report *report, int *fd, struct img_err *err);
void img_hub_unlock(int fd);

#endif
