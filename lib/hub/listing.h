/* What a repository of the hub holds, and which of it a model needs.
 * Reference: the hub's API, GET /api/models/ORG/REPO/revision/REV?blobs=true. */
#ifndef IMG_HUB_LISTING_H
#define IMG_HUB_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "hub/cache.h"

enum {
    IMG_HUB_LISTING_BYTES_MAX = 16 << 20,
    IMG_HUB_LISTING_VALUES_MAX = 1 << 20,
    IMG_HUB_WANTED_MAX = 1024, /* files of one model */
};

struct img_hub_file {
    const char *path; /* relative, plain parts only */
    uint64_t size;    /* when size_known */
    bool size_known;
    const char *digest; /* 64 hex digits (SHA-256) or 40 (git blob), lower case; NULL: not said */
};

struct img_hub_listing {
    char commit[IMG_HUB_COMMIT_MAX];
    struct img_hub_file
        *files; /* those with plain names; others no model needs, and are left out */
    size_t count;
};

/* Reads the API's answer. Fails with NETWORK (not such an answer) or OUT_OF_MEMORY. */
IMG_CHECKED bool img_hub_listing_parse(const char *json, size_t len, struct img_arena *arena,
                                       struct img_hub_listing *listing, struct img_err *err);

/* The files a model needs: configuration, preprocessing, tokenizer and one set of weights,
 * safetensors before bin, Hugging Face's layout before open_clip's. With names[name_count > 0],
 * exactly those. chosen has room for IMG_HUB_WANTED_MAX. Fails with MODEL_MISSING (no such file),
 * MODEL_UNSUPPORTED (no weights this library reads) or USAGE (a name that is none). */
IMG_CHECKED bool img_hub_listing_choose(const struct img_hub_listing *listing,
                                        const char *const *names, size_t name_count,
                                        const struct img_hub_file **chosen, size_t *count,
                                        struct img_err *err);

#endif
