/* Deleting points: by id, by filter, and what has gone. */
#ifndef IMG_STORE_REMOVE_H
#define IMG_STORE_REMOVE_H

#include "store/client.h"
#include "store/seen.h"

/* Which of ids [n] there are. */
IMG_CHECKED bool img_qdrant_have(struct img_qdrant *store, const struct img_point_id *ids, size_t n,
                                bool *there, struct img_err *err);

/* Deletes the points whose ids (JSON: quoted UUIDs or numbers, separated by commas) are in list. */
IMG_CHECKED bool img_remove_ids(struct img_qdrant *store, const struct img_buf *list,
                                struct img_err *err);

/* Points that pass filter (NULL: all), counted exactly. */
IMG_CHECKED bool img_count_points(struct img_qdrant *store, const char *filter, uint64_t *count,
                                  struct img_err *err);

/* Deletes the pictures' points that img-store pushed with this root (NULL: without one) and whose
 * ids are not in seen. How many is in *deleted; with dry_run they are only counted. */
IMG_CHECKED bool img_remove_gone(struct img_qdrant *store, const struct img_seen *seen,
                                 const char *root, bool dry_run, uint64_t *deleted,
                                 struct img_err *err);

#endif
