/* Where the vectors come from that a command works on: collections, mapped, or the records on
 * standard input, read whole. Rows are numbered through all collections. */
#ifndef IMG_SIM_SOURCE_H
#define IMG_SIM_SOURCE_H

#include "cli/options.h"
#include "collection/reader.h"
#include "sim/model.h"

enum { IMG_SOURCES_MAX = 1024 };
/* Bytes that records on standard input may take, and several collections that are to lie
 * together. */
#define IMG_SOURCE_BYTES_MAX ((size_t)1 << 36)

struct img_sim_source_options {
    struct img_string_list folders; /* of collections; none: records on standard input */
    bool pictures_only;             /* rows of texts are skipped */
    struct img_sim_model *model;    /* for records without a vector */
    const struct img_report *report;
};

struct img_sim_part {
    const char *name;   /* the folder, or "standard input" */
    const char *folder; /* NULL for records */
    size_t first, count;
    const float *vectors; /* [count, dimension], row-major */
    uint8_t *skip;        /* a bit a row, lowest first: dropped, failed, or no picture */
    struct img_collection *collection;
};

struct img_sim_source {
    struct img_vector_facts facts; /* of all rows; dimension 0 when there is none */
    size_t count, dimension;
    size_t skipped; /* rows with their bit set */
    size_t failed;  /* of them: records that had failed, or could not be read or embedded */
    struct img_sim_part *parts;
    size_t part_count;
    /* [count, dimension], and a bit a row: only where there is one part, or after
     * img_sim_source_join(). */
    const float *vectors;
    uint8_t *skip;

    /* Records: their float32, their lines without the embeddings, and where these begin, of type
     * size_t [count + 1]. */
    struct img_buf values, lines, begins;
    void *joined, *joined_skip;
};

/* Opens all. Fails with SYSTEM when a collection cannot be read, with CONFIG when models or
 * dimensions differ (both are named), or as embedding does. A record that fails is reported as a
 * warning, counts as failed and is a skipped row. Without any row count is 0, which is no
 * failure. */
IMG_CHECKED bool img_sim_source_open(struct img_sim_source *source,
                                     const struct img_sim_source_options *options,
                                     struct img_err *err);

/* Has vectors and skip of all rows side by side; copies only when there are several parts. Fails
 * with OUT_OF_MEMORY. */
IMG_CHECKED bool img_sim_source_join(struct img_sim_source *source, struct img_err *err);

/* The record line of a row, without its newline, without "embedding" where records came from
 * standard input. Fails with BAD_RECORD. */
IMG_CHECKED bool img_sim_source_record(const struct img_sim_source *source, size_t row,
                                       const char **line, size_t *len, struct img_err *err);

bool img_sim_source_skips(const struct img_sim_source *source, size_t row);

/* Has a row be skipped from now on. */
void img_sim_source_skip(struct img_sim_source *source, size_t row);

/* What the vectors are of, for messages: the first collection's folder, or "standard input". */
const char *img_sim_source_name(const struct img_sim_source *source);

void img_sim_source_close(struct img_sim_source *source);

#endif
