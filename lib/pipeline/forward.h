/* The step before an engine elsewhere: a picture's bytes go to it as they are. For prepare.c and
 * embedder.c. */
#ifndef IMG_PIPELINE_FORWARD_H
#define IMG_PIPELINE_FORWARD_H

#include "input/bytes.h"
#include "pipeline/embedder.h"

/* Takes an opened file, or the item's own bytes when file is NULL, to its embedding: from the cache,
 * or from the engine, on the slot's line. What fails is in the item. False when nothing can go on. */
IMG_CHECKED bool img_embedder_forward(struct img_embedder *embedder, struct img_item *item,
                                      struct img_input_file *file, unsigned slot,
                                      struct img_arena *arena, struct img_err *err);

/* The texts among items[n], in one request. */
IMG_CHECKED bool img_embedder_forward_texts(struct img_embedder *embedder,
                                            struct img_item *const *items, size_t n,
                                            struct img_err *err);

#endif
