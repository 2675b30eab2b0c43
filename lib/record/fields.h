/* Fields of an input record that are none of ours, kept byte for byte for the output record. */
#ifndef IMG_RECORD_FIELDS_H
#define IMG_RECORD_FIELDS_H

#include "base/buf.h"
#include "json/scan.h"

/* Appends ,"key":value as written for every member that counts, is none of an embedding record's
 * own fields and, when without_metadata, not "metadata". */
void img_fields_put_rest(struct img_buf *out, const struct img_json_object *input,
                         bool without_metadata);

/* Appends "name":"readable form" of a path and, when it is not UTF-8, ,"name_base64":"bytes"; null
 * for a NULL path. */
void img_fields_put_path(struct img_buf *out, const char *name, const char *path, size_t len);

#endif
