/* The picture the model sees, written as a file: --write-preprocessed. */
#ifndef IMG_PIPELINE_PREVIEW_H
#define IMG_PIPELINE_PREVIEW_H

#include "pipeline/item.h"

/* Whether img_preview_write() takes path for a folder: it is one, or ends in a slash. */
bool img_preview_is_folder(const char *path);

/* Writes the item's preprocessed picture [side, side, 3] as PNG. path names the file; when it is a
 * folder (or ends in a slash: it is made) the file in it is called after the input's place in the
 * list and its name, "000012-photo.jpg.png", so that no two inputs meet. What is there already is
 * replaced if it is a regular file and left alone if not: a device, say. Fails with OUTPUT. */
IMG_CHECKED bool img_preview_write(const char *path, const struct img_item *item, size_t index,
                                   size_t side, struct img_err *err);

#endif
