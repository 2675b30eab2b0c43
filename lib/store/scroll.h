/* All points of a collection that pass a filter, page by page. */
#ifndef IMG_STORE_SCROLL_H
#define IMG_STORE_SCROLL_H

#include "store/reply.h"
#include "store/client.h"

struct img_scroll_options {
    const char *filter;  /* Qdrant's, as JSON; NULL: none */
    bool payload, vector;
    size_t page;      /* points a request; 0: a sensible number for the dimension … */
    size_t dimension; /* … when vectors are wanted */
};

/* Zeroed but for store and options; cleared at the end. */
struct img_scroll {
    struct img_qdrant *store;
    struct img_scroll_options options;
    struct img_buf body, next; /* next: the offset of the page to come */
    struct img_arena arena;
    bool ended;
};

/* The next page; count is 0 at the end. Points live until the next call. Fails with NETWORK (also
 * when the server's pages lead nowhere) or OUT_OF_MEMORY. */
IMG_CHECKED bool img_scroll_next(struct img_scroll *scroll, const struct img_qdrant_point **points,
                                 size_t *count, struct img_err *err);
void img_scroll_clear(struct img_scroll *scroll);

#endif
