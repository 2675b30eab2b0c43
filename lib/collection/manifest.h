/* collection.json: what a collection is of, and how much of its files is valid. Not public. */
#ifndef IMG_COLLECTION_MANIFEST_H
#define IMG_COLLECTION_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define IMG_COLLECTION_MANIFEST "collection.json"
#define IMG_COLLECTION_VECTORS "vectors.f32"
#define IMG_COLLECTION_RECORDS "records.jsonl"
#define IMG_COLLECTION_FAILURES "failures.jsonl"
#define IMG_COLLECTION_DROPPED "dropped.u32"
/* Derived, to be rebuilt from records.jsonl at any time. */
#define IMG_COLLECTION_OFFSETS "offsets.u64"
#define IMG_COLLECTION_INDEX "index.bin"
#define IMG_COLLECTION_LOCK ".lock"

enum {
    IMG_COLLECTION_VERSION = 1,
    IMG_COLLECTION_DIMENSION_MAX = 1 << 20,
    IMG_COLLECTION_RECORD_MAX = 16 << 20, /* bytes of one record's line */
};
#define IMG_COLLECTION_ROWS_MAX ((uint64_t)UINT32_MAX)

struct img_manifest {
    uint64_t dimension, count;
    uint64_t vectors_bytes, records_bytes, failures_bytes, dropped_bytes;
    char model_name[1024], fingerprint[64], precision[32]; /* "" is null */
    bool normalized;
};

/* Fails with BAD_RECORD (not JSON, a key missing, of another kind or out of range, lengths that do
 * not fit count and dimension, a later version) or OUT_OF_MEMORY. */
IMG_CHECKED bool img_manifest_parse(struct img_manifest *manifest, const char *text, size_t len,
                                    struct img_err *err);

/* The one in folder. Fails with NOT_FOUND when there is none, with READ, or as parsing does. */
IMG_CHECKED bool img_manifest_read(struct img_manifest *manifest, int folder, struct img_err *err);

/* Replaces it: beside, synced, renamed. Fails with OUTPUT; the old one is then as it was. */
IMG_CHECKED bool img_manifest_replace(const struct img_manifest *manifest, int folder,
                                      struct img_err *err);

#endif
