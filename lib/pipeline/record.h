/* From an item to its line of output. */
#ifndef IMG_PIPELINE_RECORD_H
#define IMG_PIPELINE_RECORD_H

#include "base/buf.h"
#include "pipeline/embedder.h"

/* Appends the item's record, newline included. row: as a collection keeps it, without the embedding
 * and what differs from run to run, with the file's stamp. */
void img_item_put(const struct img_embedder *embedder, const struct img_item *item, bool row,
                  struct img_buf *out);

#endif
