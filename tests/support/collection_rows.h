/* Test support: rows of a collection made from two numbers, a path's and its file's version. */
#ifndef IMG_TESTS_COLLECTION_ROWS_H
#define IMG_TESTS_COLLECTION_ROWS_H

#include "base/buf.h"
#include "base/file.h"
#include "collection/writer.h"

enum { COLLECTION_PATH_ROOM = 64 };

/* NULL, and err, when it cannot be opened. */
struct img_collection_writer *collection_writer(const char *folder, size_t dimension,
                                                struct img_err *err);

size_t collection_path(unsigned path, char text[COLLECTION_PATH_ROOM]);
struct img_stamp collection_stamp(unsigned path, unsigned version);
void collection_vector(unsigned path, unsigned version, float *vector, size_t dimension);

/* The line, newline included. */
void collection_record(unsigned path, unsigned version, struct img_buf *out);
void collection_record_of(const char *path, size_t len, const struct img_stamp *stamp,
                          struct img_buf *out);

IMG_CHECKED bool collection_append(struct img_collection_writer *writer, size_t dimension,
                                   unsigned path, unsigned version, struct img_err *err);
IMG_CHECKED bool collection_fail(struct img_collection_writer *writer, unsigned path,
                                 struct img_err *err);
IMG_CHECKED bool collection_look(struct img_collection_writer *writer, unsigned path,
                                 unsigned version, enum img_collection_state *state,
                                 struct img_err *err);

#endif
