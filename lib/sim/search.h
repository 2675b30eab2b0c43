/* img-sim search: the k best of a collection for each query. */
#ifndef IMG_SIM_SEARCH_H
#define IMG_SIM_SEARCH_H

#include "query/algebra.h"
#include "search/search.h"
#include "sim/context.h"
#include "sim/find.h"
#include "sim/preview.h"

struct img_sim_search_options {
    const struct img_query_operand *operands; /* queries, by query/algebra.h */
    size_t operand_count;
    const char *queries;              /* a file of more, a line each: records or operands; "-" is
                                         standard input; NULL: none */
    struct img_string_list templates; /* for texts */
    const char *where;                /* a filter on records; NULL: none */
    enum img_metric metric;
    size_t top_k;     /* 0: 5 */
    double min_score; /* -INFINITY: none */
    bool diversify;
    double diversity;  /* 0 to 1 */
    bool exclude_self; /* rows of the query's own bytes */
    bool embeddings;   /* in the results */
    bool preview;      /* thumbnails in a table */
    enum img_preview_protocol protocol;
    const struct img_sim_elsewhere *elsewhere; /* where to search; NULL: collections or records */
};

/* Writes a similarity record a hit, the queries' in their order. A query that fails gives a
 * record with an error. */
IMG_CHECKED bool img_sim_search(const struct img_sim_context *context,
                                const struct img_sim_search_options *options,
                                struct img_err *err);

#endif
