/* Are a model's files still what was fetched? In the hub's cache a file's blob is named by its
 * digest, so that this can be told without a connection. */
#ifndef IMG_HUB_VERIFY_H
#define IMG_HUB_VERIFY_H

#include "base/err.h"

/* *known: path is a link to a blob named by a digest, and its bytes have it. False with
 * MODEL_INVALID when they have another, or with what reading said. */
IMG_CHECKED bool img_hub_verify(const char *path, bool *known, struct img_err *err);

#endif
