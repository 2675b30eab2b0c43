/* Content identity: XXH3, the hash of every image_id, fingerprint and checksum.
 * Specification: the xxHash project's XXH3 (64 and 128 bits), seed 0. */
#ifndef IMG_BASE_HASH_H
#define IMG_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct img_id {
    unsigned char bytes[16]; /* canonical (big-endian) form of an XXH3-128 */
};

enum { IMG_ID_HEX = 33 }; /* 32 digits and the NUL */

struct img_id img_hash_id(const void *bytes, size_t len);

/* The same with another seed than 0: for keys that strangers must not foresee. */
struct img_id img_hash_id_seeded(const void *bytes, size_t len, uint64_t seed);

/* 32 lower-case hex digits as `xxhsum -H2` prints them. */
void img_id_hex(const struct img_id *id, char hex[IMG_ID_HEX]);

uint64_t img_hash64(const void *bytes, size_t len);

/* A 64-bit hash of a stream of pieces; equal to img_hash64 of their concatenation. */
struct img_hasher;
IMG_CHECKED struct img_hasher *img_hasher_new(struct img_err *err); /* NULL: OUT_OF_MEMORY */
void img_hasher_add(struct img_hasher *hasher, const void *bytes, size_t len);
uint64_t img_hasher_digest(const struct img_hasher *hasher);
void img_hasher_free(struct img_hasher *hasher);

#endif
