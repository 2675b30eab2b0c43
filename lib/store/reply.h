/* Points as Qdrant gives them back. */
#ifndef IMG_STORE_REPLY_H
#define IMG_STORE_REPLY_H

#include "base/arena.h"
#include "json/scan.h"

enum { IMG_STORE_POINTS_MAX = 100000 /* of an answer */ };

struct img_qdrant_point {
    struct img_json_value id; /* as written: a number or a quoted UUID */
    struct img_json_object payload; /* empty when there is none */
    const float *vector;            /* [dimension], NULL: not given */
    size_t dimension;
    double score; /* NaN when not given */
};

/* The points of a list (a result, or the "points" of one) in arena; they point into the text. Fails
 * with NETWORK when it is no list of points, when a vector is not one list of finite numbers (named
 * and sparse vectors are not ours), or with OUT_OF_MEMORY. */
IMG_CHECKED bool img_qdrant_read_points(const struct img_json_value *list, struct img_arena *arena,
                                       const struct img_qdrant_point **points, size_t *count,
                                       struct img_err *err);

/* The result of a scroll or a query: its points and where the next page begins (kind NULL:
 * nowhere). Fails likewise. */
IMG_CHECKED bool img_qdrant_read_page(const struct img_json_value *result, struct img_arena *arena,
                                     const struct img_qdrant_point **points, size_t *count,
                                     struct img_json_value *next, struct img_err *err);

/* A number's value as a double; NaN for other kinds. */
double img_qdrant_number(const struct img_json_value *value);

/* A member that is a string, in arena; NULL when there is none. U+0000 makes it none, too. */
const char *img_qdrant_text(const struct img_json_object *object, const char *name,
                           struct img_arena *arena);

/* A member that is an object, scanned; false when there is none. */
bool img_qdrant_enter(const struct img_json_object *object, const char *name,
                     struct img_arena *arena, struct img_json_object *inner);

#endif
