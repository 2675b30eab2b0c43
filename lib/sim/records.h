/* Records with vectors from standard input, some at a time, as they come. A record that has no
 * "embedding" but names a picture or a text is embedded. */
#ifndef IMG_SIM_RECORDS_H
#define IMG_SIM_RECORDS_H

#include "input/lines.h"
#include "sim/model.h"

struct img_sim_record {
    struct img_item item; /* PASSED: had failed before, item.line is to be passed on; err: why there
                             is no vector; input: the record's members, NULL when it has none */
    const float *vector;  /* [dimension], NULL: none */
    size_t dimension;
    uint64_t line;        /* from 1 */
};

struct img_sim_records {
    struct img_lines lines;
    struct img_sim_model *model;
    struct img_vector_facts *facts; /* the caller's: of all vectors so far, theirs and others */
    const char *of;                 /* what facts are of, for messages */
    struct img_arena arena;
    struct img_sim_record *rows; /* [IMG_SIM_RECORDS_BATCH] */
};

enum { IMG_SIM_RECORDS_BATCH = 64 };

IMG_CHECKED bool img_sim_records_open(struct img_sim_records *records, struct img_sim_model *model,
                                      struct img_vector_facts *facts, const char *of,
                                      struct img_err *err);

/* The next records: at most IMG_SIM_RECORDS_BATCH, fewer when one would have to wait for more; none
 * at the end and after a signal. They live until the next call. A line that is no record has its
 * err. Fails with CONFIG on a vector of another model or dimension, naming its line. */
IMG_CHECKED bool img_sim_records_next(struct img_sim_records *records,
                                      const struct img_sim_record **rows, size_t *n,
                                      struct img_err *err);

void img_sim_records_close(struct img_sim_records *records);

#endif
