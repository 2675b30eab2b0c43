/* Fills an embedding cache for end-to-end tests.
 *
 * usage: cachefill CACHE_DIRECTORY HOURS_AGO COUNT     synthetic pictures, numbered
 *        cachefill CACHE_DIRECTORY HOURS_AGO FILE...   files as they lie there
 *
 * Each gets a vector of 512 numbers, facts, and a note that it was last used so long ago. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "cache/inside.h"
#include "cache/queue.h"

enum { DIMENSION = 512 };

static void fill(struct img_cache *cache, const char *bytes, size_t len,
                 const struct img_stamp *stamp, uint32_t hours)
{
    struct img_cache_key key = {
        .fingerprint = "0123456789abcdef", .preprocessing = "01234567", .precision = "f32"};
    const struct img_info info = {
        .format = IMG_FORMAT_PNG, .width = 32, .height = 16, .pages = 1, .mode = "RGB"};
    float vector[DIMENSION];
    struct img_cache_name name;
    struct img_cache_value value;
    if (cache->queue.len > IMG_CACHE_QUEUE_MAX / 2)
        img_cache_flush(cache);
    img_cache_identify(cache, bytes, len, &key.content);
    for (size_t i = 0; i < DIMENSION; i++)
        vector[i] = (float)key.content.id.bytes[i % 16] + (float)i / 512;
    img_cache_put_vector(cache, &key, DIMENSION, vector);
    img_cache_put_info(cache, &key, &info);
    if (stamp)
        img_cache_put_file(cache, stamp, &key.content);
    img_cache_name_content(&name, &key.content);
    img_cache_write_use(&value, img_cache_name_bytes(&name), img_cache_now_hours() - hours);
    img_cache_queue_put(&cache->queue, IMG_CACHE_USES, img_cache_name_bytes(&name), value.data,
                        value.len);
}

static bool fill_file(struct img_cache *cache, const char *path, uint32_t hours)
{
    struct img_buf bytes = {0};
    struct img_err err;
    struct stat info;
    bool ok = img_file_read(path, 1 << 28, &bytes, &err) && stat(path, &info) == 0;
    if (ok) {
        struct img_stamp stamp = img_stamp_of(&info);
        fill(cache, bytes.data ? bytes.data : "", bytes.len, &stamp, hours);
    }
    img_buf_clear(&bytes);
    return ok;
}

int main(int argc, char **argv)
{
    struct img_cache *cache;
    struct img_err err;
    bool ok = true;
    if (argc < 4 || !img_cache_open(&cache, &(struct img_cache_options){argv[1], NULL}, &err))
        return 2;
    uint32_t hours = (uint32_t)strtoul(argv[2], NULL, 10);
    unsigned long count = argv[3][0] >= '0' && argv[3][0] <= '9' ? strtoul(argv[3], NULL, 10) : 0;
    for (unsigned long i = 0; i < count; i++) {
        char bytes[64];
        snprintf(bytes, sizeof bytes, "picture %lu of %lu", i, count);
        fill(cache, bytes, strlen(bytes), NULL, hours);
    }
    for (int i = 3; count == 0 && i < argc; i++)
        ok = fill_file(cache, argv[i], hours) && ok;
    img_cache_close(cache);
    return ok ? 0 : 1;
}
