/* Queries on their way to a vector each: terms embedded, weighted, added up. */
#ifndef IMG_SIM_QUERIES_H
#define IMG_SIM_QUERIES_H

#include "query/algebra.h"
#include "query/template.h"
#include "search/search.h"
#include "sim/context.h"

struct img_sim_term {
    struct img_item item; /* a picture or a text to be embedded; err says what was wrong with it */
    const float *vector;  /* [dimension], known from the beginning or embedded */
    double weight;
};

struct img_sim_query {
    const char *shown; /* [shown_len]; NULL: bytes or a vector alone */
    size_t shown_len;
    struct img_sim_term *terms;
    size_t count;
    bool has_id; /* of the one picture or text it is */
    struct img_id id;
    const float *vector; /* [dimension]; NULL: failed, and err says why */
    struct img_err err;
};

/* Queries being made. Zeroed but for context and templates is empty. */
struct img_sim_queries {
    const struct img_sim_context *context;
    struct img_templates templates; /* for texts; none: as they are */
    struct img_vector_facts facts;  /* of what the queries are compared with, and theirs */
    const char *of;                 /* what facts are of, for messages */
    struct img_arena arena;         /* of the queries' life; the caller resets it */
    struct img_buf bytes;           /* of standard input */
    bool bytes_read; /* or standard input holds something else */
};

/* The operands of a command line that takes queries, in cli's arena: those that came by an
 * option whose name begins with v are vectors, others' values texts. NULL: OUT_OF_MEMORY. */
IMG_CHECKED const struct img_query_operand *img_sim_operands(struct img_cli *cli,
                                                             struct img_err *err);

/* Whether a plain operand names a file: what img_query_parse() asks. */
bool img_sim_is_file(const char *path);

/* Queries out of parsed ones, [n] in the arena. Standard input is read for bytes. Fails with
 * BAD_RECORD on a vector that is none, CONFIG when it is of another model or dimension. */
IMG_CHECKED bool img_sim_queries_take(struct img_sim_queries *q, const struct img_query *parsed,
                                      size_t n, struct img_sim_query *queries,
                                      struct img_err *err);

/* One more query out of a line: a record (with an embedding, or of a picture or text), or an
 * operand. A line that is neither gives a query that failed. */
IMG_CHECKED bool img_sim_queries_take_line(struct img_sim_queries *q, const char *line, size_t len,
                                           struct img_sim_query *query, struct img_err *err);

/* Gives queries[n] their vectors. One term of weight 1 is its vector as it is; else terms are
 * made of length 1, multiplied by their weights and added, and the sum is made of length 1.
 * Opens the model when it is needed. A query that fails has its err; false when nothing can go
 * on. */
IMG_CHECKED bool img_sim_queries_embed(struct img_sim_queries *q, struct img_sim_query *queries,
                                       size_t n, enum img_metric metric, struct img_err *err);

void img_sim_queries_clear(struct img_sim_queries *q);

#endif
