/* Records on standard input as items. */
#ifndef IMG_PIPELINE_RECORDS_H
#define IMG_PIPELINE_RECORDS_H

#include "input/lines.h"
#include "base/arena.h"
#include "pipeline/item.h"
#include "record/read.h"

/* A line as a record. */
struct img_record_line {
    bool more;        /* false at the end of the input */
    const char *line; /* as it came, in the arena; NULL: it was too long, or there is none */
    size_t len;
    const struct img_input_record *record; /* NULL without a line */
    struct img_err err; /* what is wrong with it, naming the line; IMG_OK: nothing */
};

/* The next line of records. False when reading cannot go on (SYSTEM), or OUT_OF_MEMORY. */
IMG_CHECKED bool img_record_line_next(struct img_lines *lines, struct img_arena *arena,
                                      struct img_record_line *next, struct img_err *err);

/* Fills item from the next line; more is false at the end. A line that is no record, or too long,
 * gives a BROKEN item with an error that names the line. What the item refers to lives in arena. */
IMG_CHECKED bool img_records_next(struct img_lines *lines, struct img_arena *arena,
                                  struct img_item *item, bool *more, struct img_err *err);

/* The kinds of items that are made of plain strings; what they refer to is the caller's. A text that
 * is not UTF-8 has failed. */
void img_item_take_path(struct img_item *item, const char *path, size_t len);
void img_item_take_text(struct img_item *item, const char *text, size_t len);

/* What a record names; line [len] is the whole of it. */
void img_item_take_record(struct img_item *item, const struct img_input_record *record,
                          const char *line, size_t len);

#endif
