/* The one step of a search that knows where the vectors lie: queries in, results out. */
#ifndef IMG_SIM_FIND_H
#define IMG_SIM_FIND_H

#include "query/where.h"
#include "search/search.h"
#include "sim/context.h"

struct img_sim_result {
    const char *line; /* [len], the record, without its embedding */
    size_t len;
    double score;
    const float *vector; /* [dimension] */
};

/* Whoever can be searched: rows of a source here, and what else fills in the same. */
struct img_sim_finder {
    void *ctx;
    size_t count; /* rows there are to be found */
    /* results [request->count, request->top_k], best first, and found [request->count]. What
     * they refer to lives as long as the finder, or in arena. request->skip is NULL. Fails as
     * img_search_top() does. */
    bool (*top)(void *ctx, const struct img_search_request *request, struct img_arena *arena,
                struct img_sim_result *results, size_t *found, struct img_err *err);
    void (*close)(void *ctx);
};

/* Over all parts of a source, which must outlive it. Fails as img_search_open() does. */
IMG_CHECKED bool img_sim_find_in_source(struct img_sim_finder *finder,
                                        const struct img_sim_context *context,
                                        const struct img_sim_source *source, struct img_err *err);

/* Somewhere else to search than in collections and records. */
struct img_sim_elsewhere {
    const char *name; /* for messages */
    void *ctx;
    /* Fills in the finder and what its vectors are of. where may be NULL: then all count. */
    bool (*open)(void *ctx, const struct img_where *where, enum img_metric metric,
                 struct img_sim_finder *finder, struct img_vector_facts *facts,
                 struct img_err *err);
};

/* Nothing on a zeroed one. */
void img_sim_finder_close(struct img_sim_finder *finder);

#endif
