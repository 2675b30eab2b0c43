/* The id of a point: the same for the same model and input, whoever pushes it and however often. */
#ifndef IMG_STORE_POINT_ID_H
#define IMG_STORE_POINT_ID_H

#include <stddef.h>

#include "base/buf.h"

struct img_point_id {
    unsigned char bytes[16];
};

enum { IMG_POINT_ID_TEXT = 37 }; /* 36 characters and the NUL */

/* A UUID of version 5 (RFC 9562: SHA-1 of a namespace and a name) in img-tools' own namespace,
 * 5f3c8f0e-6c2b-5d0f-9b0e-8d1a4a7c2e61. The name is fingerprint, a newline and path: absolute, or
 * relative to the root that was given. */
struct img_point_id img_point_id_of_path(const char *fingerprint, const char *path,
                                         size_t path_len);

/* For a text, and for bytes that no file is known of: the name is fingerprint, two newlines and
 * image_id. */
struct img_point_id img_point_id_of_content(const char *fingerprint, const char *image_id);

void img_point_id_text(const struct img_point_id *id, char text[IMG_POINT_ID_TEXT]);

/* Reads 36 characters; false when they are no UUID. */
bool img_point_id_read(const char *text, size_t len, struct img_point_id *id);

/* Appends path made absolute (against folder, which is absolute) without "." and doubled slashes.
 * ".." stays: where it leads is the file system's business. */
void img_point_path(const char *folder, const char *path, size_t path_len, struct img_buf *out);

#endif
