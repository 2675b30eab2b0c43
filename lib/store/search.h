/* A Qdrant collection as something that img-sim's search can look into. */
#ifndef IMG_STORE_SEARCH_H
#define IMG_STORE_SEARCH_H

#include "sim/find.h"
#include "store/target.h"

struct img_qdrant_search {
    struct img_qdrant *store;
    bool approximate; /* through the server's index; else exactly */
    /* What follows is filled in. */
    struct img_target target;
    struct img_buf filter, body;
};

/* The parts of struct img_sim_elsewhere: ctx is a struct img_qdrant_search with store set. Scores
 * are computed here, from the vectors that come with the hits, so that they are those of a search
 * in a local collection. Fails with CONFIG when the collection compares in another way than metric,
 * USAGE when the filter cannot be asked of Qdrant, NETWORK. */
bool img_qdrant_search_open(void *ctx, const struct img_where *where, enum img_metric metric,
                            struct img_sim_finder *finder, struct img_vector_facts *facts,
                            struct img_err *err);

void img_qdrant_search_clear(struct img_qdrant_search *search);

#endif
