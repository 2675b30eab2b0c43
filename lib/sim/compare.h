/* img-sim compare: how similar two inputs are, or a query and each of the records on standard
 * input. */
#ifndef IMG_SIM_COMPARE_H
#define IMG_SIM_COMPARE_H

#include "query/algebra.h"
#include "search/search.h"
#include "sim/context.h"

struct img_sim_compare_options {
    /* The first is compared with each of the others. None: the first record on standard input
     * is, with each of those behind it. Plain ones are paths, "-" is standard input. */
    const struct img_query_operand *operands;
    size_t operand_count;
    const char *query; /* compared with every record on standard input; NULL: none */
    enum img_metric metric;
    bool embeddings; /* in the results */
};

/* Writes a similarity record for each comparison, in order, without a rank. What fails gives a
 * record with an error; a record that had failed before passes unchanged. */
IMG_CHECKED bool img_sim_compare(const struct img_sim_context *context,
                                 const struct img_sim_compare_options *options,
                                 struct img_err *err);

#endif
