/* What is in the derived file, and writing it. Not public. */
#ifndef IMG_SEARCH_DERIVED_FILE_H
#define IMG_SEARCH_DERIVED_FILE_H

#include "search/derived.h"

#define IMG_DERIVED_VECTORS "vectors.f32"
#define IMG_DERIVED_MAGIC "imgsrch8"
enum {
    IMG_DERIVED_VERSION = 1,
    IMG_DERIVED_HEAD = 4096,
    IMG_DERIVED_BEHIND = 8192, /* rows it may lack before building it anew is thought of */
};

struct img_derived_head {
    char magic[8];
    uint64_t version, dimension, count;
    uint64_t inode; /* of vectors.f32 */
    int64_t mtime_ns;
    uint64_t sample; /* hash of some rows of the vectors */
    uint64_t mean;   /* hash of the mean */
    uint64_t self;   /* hash of what stands before */
};

/* The vectors.f32 that the vectors are said to be of. */
struct img_derived_source {
    struct img_stamp stamp;
};

/* False when it is not there or too short. */
bool img_derived_find_source(struct img_derived_source *source, const char *path,
                             const struct img_search_options *options);

uint64_t img_derived_self(const struct img_derived_head *head);
uint64_t img_derived_mean_hash(const unsigned char *file, size_t dimension);
uint64_t img_derived_sample(const float *vectors, size_t count, size_t dimension);
size_t img_derived_mean_size(size_t dimension);
IMG_CHECKED bool img_derived_size(size_t count, size_t dimension, size_t *size);

/* Fails with OUTPUT, OUT_OF_MEMORY, or SYSTEM when stopped; an older file is then as it was. */
IMG_CHECKED bool img_derived_build(const char *path, const struct img_search_options *options,
                                   const struct img_derived_source *source,
                                   const struct img_search_kernels *kernels,
                                   struct img_pool *pool, struct img_err *err);

#endif
