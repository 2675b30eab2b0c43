/* From the hash of a path to its newest row: an open-addressing table in a file, read and written
 * in place. It is derived from records.jsonl: whatever seems wrong with it, it is made anew. Not
 * public.
 *
 * index.bin: a header of 4096 bytes (struct img_index_head, a checksum of it behind), then slots
 * {hash, row + 1}, 16 bytes each, a power of two of them; row + 1 of 0 is an empty one. The header
 * holds a sum over all slots, so that a half-written table is found out, and a hash of the last
 * row's record, so that another collection's is. */
#ifndef IMG_COLLECTION_INDEX_H
#define IMG_COLLECTION_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "collection/beside.h"

struct img_index_head {
    uint64_t magic, slots;
    uint64_t rows; /* how many rows of the collection it covers */
    uint64_t sum;  /* of the hashes of all filled slots */
    uint64_t tail; /* hash of the record of row rows - 1; 0 for none */
};

/* Zeroed is closed. */
struct img_index {
    bool open;
    struct img_beside file; /* file.unfinished is "" once it is in its place */
    struct img_index_head head;
};

/* Opens index.bin and checks all of it. False, with a reason, when it must be made anew. */
IMG_CHECKED bool img_index_open(struct img_index *index, int folder, struct img_err *err);

/* Makes an empty one with room for rows, beside the one that is there; finishing it puts it in that
 * one's place. Both fail with OUTPUT. */
IMG_CHECKED bool img_index_make(struct img_index *index, int folder, uint64_t rows,
                                struct img_err *err);
IMG_CHECKED bool img_index_finish(struct img_index *index, struct img_err *err);

/* The rows under a hash, one after the other: begin with {.hash = hash}; *row is SIZE_MAX at the
 * end. Fails with OUTPUT, or BAD_RECORD when the table is no table. */
struct img_index_cursor {
    uint64_t hash, steps;
};
IMG_CHECKED bool img_index_next(const struct img_index *index, struct img_index_cursor *cursor,
                                size_t *row, struct img_err *err);

/* Notes row under hash, in place of the row old (SIZE_MAX: of none). Nothing when it is there.
 * Fails as img_index_next does. */
IMG_CHECKED bool img_index_put(struct img_index *index, uint64_t hash, size_t old, size_t row,
                               struct img_err *err);

/* Makes sure that there is room for so many rows in all. Fails with OUTPUT. */
IMG_CHECKED bool img_index_grow(struct img_index *index, uint64_t rows, struct img_err *err);

/* Says that all rows below rows are in it. */
IMG_CHECKED bool img_index_cover(struct img_index *index, uint64_t rows, uint64_t tail,
                                 struct img_err *err);
void img_index_close(struct img_index *index);

#endif
