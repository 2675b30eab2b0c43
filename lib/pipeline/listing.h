/* img-batch's inputs: files and folders named on the command line, or a list on standard input. */
#ifndef IMG_PIPELINE_LISTING_H
#define IMG_PIPELINE_LISTING_H

#include <limits.h>

#include "cli/options.h"
#include "input/lines.h"
#include "input/walk.h"
#include "pipeline/item.h"

enum img_list_kind { IMG_LIST_OPERANDS, IMG_LIST_LINES, IMG_LIST_NAMES, IMG_LIST_RECORDS };

struct img_listing_options {
    enum img_list_kind kind; /* what standard input holds, if not operands: paths by line, paths
                                ended by NUL, records */
    const struct img_operand *operands;
    size_t operand_count;
    bool recursive;                     /* folders below folders too */
    bool hidden;                        /* also what begins with a dot, and @eaDir */
    struct img_string_list include, exclude; /* globs on names (with a slash: on paths) in folders */
    uint64_t shard, shards;             /* every shards-th path by hash, shard from 1; 0: all */
    int (*stopped)(void);
};

struct img_listing {
    struct img_listing_options options;
    size_t at; /* next operand */
    const char *root; /* the folder being walked */
    struct img_walk *walk;
    char parent[PATH_MAX];     /* the folder last asked about … */
    bool parent_is_collection; /* … and the answer */
    struct img_lines lines;
};

void img_listing_init(struct img_listing *listing, const struct img_listing_options *options);

/* The next input; more is false at the end and after a signal. What it refers to lives in arena. A
 * folder that cannot be read, and a line that is no record, give an item with an error. False when
 * reading cannot go on. */
IMG_CHECKED bool img_listing_next(struct img_listing *listing, struct img_item *item,
                                  struct img_arena *arena, bool *more, struct img_err *err);

void img_listing_clear(struct img_listing *listing);

#endif
