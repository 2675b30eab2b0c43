/* A whole JSON text as a tree, for configurations and headers (not for the hot path: record/ and
 * text/ have their own readers).
 *
 * Stricter than the parser underneath: UTF-8 only, nothing after the value, names compared with
 * case, integers only where the number is one, ceilings on nesting and on the count of values. */
#ifndef IMG_JSON_DOC_H
#define IMG_JSON_DOC_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* A value; the root owns all below it. */
struct img_doc;

enum img_doc_kind {
    IMG_DOC_NULL,
    IMG_DOC_BOOL,
    IMG_DOC_NUMBER,
    IMG_DOC_TEXT,
    IMG_DOC_ARRAY,
    IMG_DOC_OBJECT
};

enum { IMG_DOC_DEPTH_MAX = 64 };

/* The root of text[len], to be freed. At most values_max values (each takes some 100 bytes).
 * NULL on failure, with code (what a broken text means to the caller) or OUT_OF_MEMORY. */
IMG_CHECKED struct img_doc *img_doc_parse(const char *text, size_t len, size_t values_max,
                                          enum img_code code, struct img_err *err);
void img_doc_free(struct img_doc *root);

/* Reads and parses a file of at most bytes_max bytes. The error text does not name the file. */
IMG_CHECKED struct img_doc *img_doc_read(const char *path, size_t bytes_max, size_t values_max,
                                         enum img_code code, struct img_err *err);

enum img_doc_kind img_doc_kind(const struct img_doc *value);

/* The member of that name (the first, when there are several); NULL when there is none or when
 * object is NULL or no object. */
const struct img_doc *img_doc_get(const struct img_doc *object, const char *name);

/* Walks the members of an object or the elements of an array, in order. NULL at the end. */
const struct img_doc *img_doc_first(const struct img_doc *container);
const struct img_doc *img_doc_next(const struct img_doc *value);

/* Elements or members of a container, else 0. */
size_t img_doc_count(const struct img_doc *container);

/* The name of an object's member; "" for others. */
const char *img_doc_name(const struct img_doc *value);

/* The text (UTF-8, NUL-terminated, without embedded NUL), or NULL when it is none (or value is). */
const char *img_doc_text(const struct img_doc *value);

/* False when value is NULL or not of that kind. An integer is a number without fraction whose
 * size is at most 2^53, where doubles are exact. */
bool img_doc_bool(const struct img_doc *value, bool *out);
bool img_doc_number(const struct img_doc *value, double *out);
bool img_doc_int(const struct img_doc *value, int64_t *out);

#endif
