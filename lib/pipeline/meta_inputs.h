/* img-meta's inputs: files, folders and "-" on the command line, or a list or records on standard
 * input. */
#ifndef IMG_PIPELINE_META_INPUTS_H
#define IMG_PIPELINE_META_INPUTS_H

#include "cli/options.h"
#include "input/lines.h"
#include "input/walk.h"
#include "record/read.h"

struct img_meta_inputs_options {
    const struct img_operand *operands; /* none: a list on standard input */
    size_t operand_count;
    bool records;   /* standard input holds records */
    bool null;      /* the list's names end in NUL, not in a newline */
    bool recursive; /* folders are walked */
    uint64_t bytes_limit; /* of a picture on standard input */
};

enum img_meta_kind {
    IMG_META_PATH,
    IMG_META_BYTES,  /* on standard input (path "-"), or in a record (no path) */
    IMG_META_PASSED, /* a record that failed before (err is set), or holds a text: goes on as it is */
    IMG_META_BROKEN, /* err says why */
};

struct img_meta_input {
    enum img_meta_kind kind;
    const char *path; /* NULL: none */
    size_t path_len;
    const unsigned char *bytes;
    size_t bytes_len;
    const struct img_json_object *record; /* it came in, or NULL */
    const char *line;                     /* PASSED */
    size_t line_len;
    bool failed_before;
    struct img_err err;
};

struct img_meta_inputs {
    struct img_meta_inputs_options options;
    size_t at; /* next operand */
    struct img_walk *walk;
    struct img_lines lines;
    struct img_buf stdin_bytes;
    bool stdin_used;
};

void img_meta_inputs_init(struct img_meta_inputs *inputs,
                          const struct img_meta_inputs_options *options);

/* The next input; *more is false at the end and after a signal. What it refers to lives in arena, in
 * the operands, or until img_meta_inputs_clear(). False when reading cannot go on. */
IMG_CHECKED bool img_meta_inputs_next(struct img_meta_inputs *inputs, struct img_arena *arena,
                                      struct img_meta_input *input, bool *more,
                                      struct img_err *err);

/* True when the next input would have to be waited for. */
bool img_meta_inputs_wait(struct img_meta_inputs *inputs);

void img_meta_inputs_clear(struct img_meta_inputs *inputs);

#endif
