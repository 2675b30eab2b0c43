/* The values of a few fields out of a record's line, without a tree and without looking closely
 * at the rest: a filter over a million lines is read at the speed of memory. Not public. */
#ifndef IMG_QUERY_FIELDS_H
#define IMG_QUERY_FIELDS_H

#include "query/where.h"

/* A value as written, inside the line; text NULL when the field is not there. */
struct img_field {
    const char *text;
    size_t len;
};

/* Fills found [where->field_count]; of equal keys the last counts. scratch is for keys with
 * escapes. False when the line is no object as far as it was read. */
bool img_fields_find(const struct img_where *where, const char *line, size_t len,
                     struct img_buf *scratch, struct img_field *found);

/* The elements of an array as written, one after the other: *at begins at 0. False at the end. */
bool img_fields_element(const struct img_field *array, size_t *at, struct img_field *element);

#endif
