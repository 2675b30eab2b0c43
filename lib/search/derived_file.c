/* Writing the derived file: blocks are made by all threads, some at a time, and written in order. */
#include "search/derived_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/size.h"

/* Rows of the vectors whose hash says that they are still the same. */
enum { SAMPLE = 64 };

struct batch {
    const struct img_search_options *options;
    const struct img_search_kernels *kernels;
    struct img_reduced reduced;
    size_t first, count, block_size;
    size_t last_size; /* of the last block of all, which may be shorter */
    unsigned char *bytes;
};

bool img_derived_find_source(struct img_derived_source *source, const char *path,
                             const struct img_search_options *options)
{
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode) ||
        (uint64_t)info.st_size / sizeof(float) / options->dimension < options->count)
        return false;
    source->stamp = img_stamp_of(&info);
    return true;
}

uint64_t img_derived_self(const struct img_derived_head *head)
{
    return img_hash64(head, offsetof(struct img_derived_head, self));
}

uint64_t img_derived_mean_hash(const unsigned char *file, size_t dimension)
{
    return img_hash64(file + IMG_DERIVED_HEAD, dimension * sizeof(float));
}

uint64_t img_derived_sample(const float *vectors, size_t count, size_t dimension)
{
    uint64_t sample = 0;
    for (size_t i = 0; i < SAMPLE; i++) {
        size_t row = count / SAMPLE * i + count % SAMPLE * i / SAMPLE;
        if (i == SAMPLE - 1)
            row = count - 1;
        sample = sample * 0x9e3779b97f4a7c15u +
                 img_hash64(vectors + row * dimension, dimension * sizeof *vectors);
    }
    return sample;
}

size_t img_derived_mean_size(size_t dimension)
{
    return img_size_align(dimension * sizeof(float), 64);
}

bool img_derived_size(size_t count, size_t dimension, size_t *size)
{
    return img_reduced_size(count, img_reduced_depth(dimension), size) &&
           img_size_add(*size, IMG_DERIVED_HEAD + img_derived_mean_size(dimension), size);
}

static void make_blocks(void *ctx, unsigned thread, unsigned threads)
{
    struct batch *b = ctx;
    size_t blocks = b->options->count / IMG_REDUCED_BLOCK +
                    (b->options->count % IMG_REDUCED_BLOCK != 0);
    for (size_t i = thread; i < b->count; i += threads) {
        size_t size;
        img_reduced_make(&b->reduced, b->kernels, b->options->vectors, b->first + i,
                         b->bytes + i * b->block_size, &size);
        if (b->first + i + 1 == blocks)
            b->last_size = size;
    }
}

static bool write_blocks(struct img_newfile *file, struct batch *b, struct img_pool *pool,
                         struct img_err *err)
{
    size_t most = 4 * (size_t)img_pool_threads(pool), rows = b->options->count;
    size_t blocks = rows / IMG_REDUCED_BLOCK + (rows % IMG_REDUCED_BLOCK != 0);
    b->block_size = sizeof(struct img_reduced_rows) + IMG_REDUCED_BLOCK * b->reduced.depth;
    b->bytes = calloc(most, b->block_size);
    bool ok = b->bytes != NULL ||
              img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu blocks", most);
    for (b->first = 0; ok && b->first < blocks; b->first += b->count) {
        b->count = blocks - b->first < most ? blocks - b->first : most;
        if (b->options->stopped && b->options->stopped() != 0)
            ok = img_err_set(err, IMG_ERR_SYSTEM, "stopped");
        if (!ok)
            break;
        img_pool_run(pool, make_blocks, b);
        size_t size = b->count * b->block_size;
        if (b->first + b->count == blocks)
            size = (b->count - 1) * b->block_size + b->last_size;
        ok = img_newfile_write(file, b->bytes, size, err);
    }
    free(b->bytes);
    return ok;
}

static bool write_file(struct img_newfile *file, unsigned char *front, size_t front_size,
                       struct batch *b, struct img_pool *pool, struct img_err *err)
{
    const float *mean = (const void *)(front + IMG_DERIVED_HEAD);
    if (!img_reduced_init(&b->reduced, b->options->count, b->options->dimension, mean, err))
        return false;
    bool ok = img_newfile_write(file, front, front_size, err) && write_blocks(file, b, pool, err) &&
              img_newfile_commit(file, err);
    img_reduced_clear(&b->reduced);
    return ok;
}

bool img_derived_build(const char *path, const struct img_search_options *options,
                       const struct img_derived_source *source,
                       const struct img_search_kernels *kernels, struct img_pool *pool,
                       struct img_err *err)
{
    struct batch batch = {.options = options, .kernels = kernels};
    struct img_newfile file = {0};
    size_t front_size = IMG_DERIVED_HEAD + img_derived_mean_size(options->dimension);
    unsigned char *front = calloc(front_size, 1);
    if (!front)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for its head");
    struct img_derived_head *head = (void *)front;
    *head = (struct img_derived_head){
        .version = IMG_DERIVED_VERSION, .dimension = options->dimension, .count = options->count,
        .inode = source->stamp.ino, .mtime_ns = source->stamp.mtime_ns,
        .sample = img_derived_sample(options->vectors, options->count, options->dimension)};
    memcpy(head->magic, IMG_DERIVED_MAGIC, sizeof head->magic);
    img_reduced_mean(options->vectors, options->count, options->dimension,
                     (void *)(front + IMG_DERIVED_HEAD));
    head->mean = img_derived_mean_hash(front, options->dimension);
    head->self = img_derived_self(head);
    bool ok = img_newfile_open(&file, path, err) &&
              write_file(&file, front, front_size, &batch, pool, err);
    img_newfile_abort(&file);
    free(front);
    return ok;
}
