/* Test support: holds HTTP requests and replies to an OpenAPI 3.0 file, by a checker of the part of
 * JSON Schema that such files use: $ref, allOf, anyOf, oneOf, type, nullable, enum, format,
 * minimum, maximum, minLength, minItems, uniqueItems, required, properties, items,
 * additionalProperties. */
#ifndef IMG_TESTS_SCHEMA_H
#define IMG_TESTS_SCHEMA_H

#include "base/err.h"
#include "json/doc.h"

struct schema;

/* NULL when the file cannot be read or is no OpenAPI. */
IMG_CHECKED struct schema *schema_open(const char *path, struct img_err *err);
void schema_close(struct schema *schema);

/* One exchange. path has no query; query is "" or "a=b&c=d". status 0: body is the request's. An
 * operation that the file does not know, a query parameter it does not know, and a body that does
 * not fit fail with BAD_RECORD and a sentence that says where. */
IMG_CHECKED bool schema_check(const struct schema *schema, const char *method, const char *path,
                              const char *query, int status, const char *body, size_t len,
                              struct img_err *err);

/* One value against a schema, both given: for the checker's own tests. root holds what a $ref
 * names. */
IMG_CHECKED bool schema_fits(const struct img_doc *root, const struct img_doc *schema,
                             const struct img_doc *value, struct img_err *err);

#endif
