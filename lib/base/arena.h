/* An arena: memory of one life (a record, a batch, a model), given back all at once.
 *
 * Zeroed `struct img_arena a = {.limit = N}` is a valid empty arena. Blocks are 64-byte aligned and
 * zeroed. Under ASan what is not handed out is poisoned. */
#ifndef IMG_BASE_ARENA_H
#define IMG_BASE_ARENA_H

#include <stddef.h>

#include "base/err.h"

struct img_arena_chunk;

struct img_arena {
    size_t limit; /* most bytes handed out between resets; 0 means no limit */
    size_t used;
    struct img_arena_chunk *chunks; /* newest first */
};

/* size zeroed bytes, 64-byte aligned, owned by the arena. NULL: OUT_OF_MEMORY (or over limit). */
IMG_CHECKED void *img_arena_alloc(struct img_arena *arena, size_t size, struct img_err *err);

/* count * size bytes, the product checked. */
IMG_CHECKED void *img_arena_array(struct img_arena *arena, size_t count, size_t size,
                                  struct img_err *err);

/* A NUL-terminated copy of len bytes. */
IMG_CHECKED char *img_arena_copy(struct img_arena *arena, const char *bytes, size_t len,
                                 struct img_err *err);

/* Formats into the arena. */
IMG_CHECKED char *img_arena_printf(struct img_arena *arena, struct img_err *err, const char *fmt,
                                   ...) IMG_PRINTF(3, 4);

/* Takes everything back; keeps the newest chunk for reuse. */
void img_arena_reset(struct img_arena *arena);

/* Gives everything to the system; the arena is empty and usable again. */
void img_arena_clear(struct img_arena *arena);

#endif
