/* Labels into the XMP file beside a picture. The picture itself is never opened for writing. */
#ifndef IMG_SIM_SIDECAR_H
#define IMG_SIM_SIDECAR_H

#include "base/buf.h"
#include "base/err.h"

enum img_sidecar_name {
    IMG_SIDECAR_APPENDED, /* photo.jpg.xmp: darktable, digiKam */
    IMG_SIDECAR_REPLACED, /* photo.xmp: Adobe */
};

/* Appends the path of a picture's sidecar. */
void img_sidecar_put_path(struct img_buf *out, const char *picture, enum img_sidecar_name name);

/* Adds labels [count] to the sidecar of a picture that is there, as img_xmp_merge() does; makes
 * one where there is none. It is replaced in one step, keeps its permissions, and is not touched
 * when it has all labels already (*added is then 0). A symbolic link, or what is no regular
 * file, in its place is left alone. Fails with NOT_FOUND and the like for the picture, with
 * OUTPUT, and as img_xmp_merge() does; the text names the sidecar. */
IMG_CHECKED bool img_sidecar_add(const char *picture, enum img_sidecar_name name,
                                 const char *const *labels, size_t count, size_t *added,
                                 struct img_err *err);

#endif
