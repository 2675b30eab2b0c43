/* What the cache knows of an item, and what it is told. */
#ifndef IMG_PIPELINE_REMEMBER_H
#define IMG_PIPELINE_REMEMBER_H

#include "pipeline/embedder.h"

/* By the file's stamp: fills item->content when the file is known. */
bool img_recall_file(struct img_embedder *embedder, struct img_item *item);

/* By content: true when the item is done, with its embedding or with its remembered failure. */
bool img_recall_content(struct img_embedder *embedder, struct img_item *item);

/* The identity of the bytes just read, for this content and, where there is one, its file. */
void img_remember_bytes(struct img_embedder *embedder, struct img_item *item, const void *bytes,
                        size_t len);

/* A failure that the bytes themselves cause. */
void img_remember_failure(struct img_embedder *embedder, const struct img_item *item);

/* The item's embedding, as the engine gave it, and its info. */
void img_remember_embedding(struct img_embedder *embedder, const struct img_item *item);

/* For prepare.c, forward.c and embedder.c: starts img-decode unless it runs. Thread-safe. */
IMG_CHECKED bool img_embedder_start_workers(struct img_embedder *embedder, struct img_err *err);

/* For prepare.c and forward.c: camera and place, of the picture [len] in the slot's memory. */
void img_item_ask_facts(struct img_embedder *embedder, struct img_item *item, unsigned slot,
                        size_t len, struct img_arena *arena);

#endif
