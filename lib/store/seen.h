/* The ids of a push, for mirroring: what is not among them has gone. 16 bytes an id and the same
 * again for room. */
#ifndef IMG_STORE_SEEN_H
#define IMG_STORE_SEEN_H

#include "base/err.h"
#include "store/point_id.h"

#define IMG_SEEN_MAX ((size_t)1 << 26)

/* Zeroed is empty. */
struct img_seen {
    struct img_point_id *places; /* all zero: free */
    size_t room, count;
    bool has_zero;
};

/* Fails with TOO_LARGE above IMG_SEEN_MAX ids, or OUT_OF_MEMORY. */
IMG_CHECKED bool img_seen_add(struct img_seen *seen, const struct img_point_id *id,
                              struct img_err *err);
bool img_seen_has(const struct img_seen *seen, const struct img_point_id *id);
void img_seen_clear(struct img_seen *seen);

#endif
