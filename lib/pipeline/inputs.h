/* Where inputs come from, one at a time: the command line's operands, or records on standard input. */
#ifndef IMG_PIPELINE_INPUTS_H
#define IMG_PIPELINE_INPUTS_H

#include "cli/options.h"
#include "input/lines.h"
#include "pipeline/item.h"
#include "record/read.h"

struct img_inputs_options {
    const struct img_operand *operands; /* one with an option is a text, others are paths, "-" is the
                                           bytes on standard input */
    size_t operand_count;
    bool records;         /* records on standard input instead */
    uint64_t bytes_limit; /* of a picture on standard input */
};

struct img_inputs {
    struct img_inputs_options options;
    size_t at; /* next operand */
    struct img_lines lines;
    struct img_buf stdin_bytes;
    bool stdin_used;
};

void img_inputs_init(struct img_inputs *inputs, const struct img_inputs_options *options);

/* The next input; *more is false at the end (and after a signal). What it refers to lives in arena,
 * in the operands, or until img_inputs_clear(). A line or a standard input that cannot be used gives
 * an item with an error. False when reading cannot go on. */
IMG_CHECKED bool img_inputs_next(struct img_inputs *inputs, struct img_arena *arena,
                                 struct img_item *item, bool *more, struct img_err *err);

/* True when the next input would have to be waited for: what is done should be shown first. */
bool img_inputs_waits(struct img_inputs *inputs);

void img_inputs_clear(struct img_inputs *inputs);

#endif
