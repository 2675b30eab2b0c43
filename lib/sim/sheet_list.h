/* What a contact sheet shows: records of any kind, sorted into sections. A few hundred bytes a
 * picture; the thumbnails themselves are made when they are written. */
#ifndef IMG_SIM_SHEET_LIST_H
#define IMG_SIM_SHEET_LIST_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

enum {
    IMG_SHEET_ITEMS_MAX = 200000,
    IMG_SHEET_LABELS_MAX = 3, /* shown of a classification */
};
#define IMG_SHEET_BYTES_MAX ((size_t)1 << 30)

enum img_sheet_kind {
    IMG_SHEET_PLAIN,
    IMG_SHEET_QUERY,   /* similarity records: a section a query */
    IMG_SHEET_GROUP,   /* records with members: duplicates */
    IMG_SHEET_CLUSTER, /* records that name their cluster */
    IMG_SHEET_LABEL,   /* classifications: a section a best label */
};

struct img_sheet_label {
    const char *text;
    double score;
};

struct img_sheet_item {
    const char *path;   /* NUL-terminated bytes; NULL: none */
    const char *text;   /* of a record of a text; NULL */
    const char *failed; /* why there is no picture; NULL */
    const char *note;   /* size, camera, date; NULL */
    bool has_score, keeper;
    double score;
    size_t rank; /* 0: none */
    struct img_sheet_label labels[IMG_SHEET_LABELS_MAX];
    size_t label_count;
    size_t section;
};

struct img_sheet_section {
    enum img_sheet_kind kind;
    const char *key;     /* what its records have in common */
    const char *heading; /* the query, the label; NULL: its number */
    const char *tier;    /* of duplicates; NULL */
    double number;       /* by which clusters are sorted */
    double best;         /* score of all items; 0: none above */
    size_t index;        /* in the order of appearance */
    size_t first, count; /* items, once sorted */
};

struct img_sheet_list {
    struct img_arena arena, line;
    struct img_sheet_item *items;
    size_t count, room;
    struct img_sheet_section *sections;
    size_t section_count, section_room;
    void *tree; /* sections by key */
    size_t common; /* bytes that all paths begin with, up to a slash; known once sorted */
};

/* Takes one record in. Fails with BAD_RECORD (then nothing is taken, of a group what came before
 * the fault), TOO_LARGE or OUT_OF_MEMORY. */
IMG_CHECKED bool img_sheet_list_add(struct img_sheet_list *list, const char *line, size_t len,
                                    struct img_err *err);

/* Brings the sections into their order (clusters by number, others as they came) and the items of
 * each together, in the order they came. Once, after the last record. Fails with OUT_OF_MEMORY. */
IMG_CHECKED bool img_sheet_list_sort(struct img_sheet_list *list, struct img_err *err);

void img_sheet_list_clear(struct img_sheet_list *list);

#endif
