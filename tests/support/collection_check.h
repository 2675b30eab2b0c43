/* Test support: whether a folder is a collection as the contract has it. Written on its own, from
 * the contract: it uses nothing of lib/collection. */
#ifndef IMG_TESTS_COLLECTION_CHECK_H
#define IMG_TESTS_COLLECTION_CHECK_H

#include <stdbool.h>
#include <stddef.h>

struct collection_checked {
    size_t count, dimension, dropped, failures;
    size_t live_paths;  /* distinct paths of rows that are not dropped */
    bool has_index;     /* index.bin and offsets.u64 were there and covered every row */
    size_t beyond;      /* bytes of the files behind the recorded lengths */
    char why[512];      /* what is wrong */
};

/* Lengths against collection.json, one JSON line a row with a path and a file stamp, finite
 * vectors, dropped rows in range and named once, no path with two live rows, failures that are
 * JSON with an error, offsets that fit. stamps false: rows need no stamp. */
bool collection_check(const char *folder, bool stamps, struct collection_checked *checked);

#endif
