/* Vectors as embedding records. */
#include <stdlib.h>

#include "cache/each.h"
#include "cache/pack.h"
#include "cache/tend.h"
#include "record/embedding.h"

struct exporting {
    struct img_cache *cache;
    const struct img_cache_export *how;
    struct img_buf lines;
    float vector[IMG_CACHE_DIMENSION_MAX];
};

/* As much of the picture's metadata as the cache has. */
static bool find_metadata(struct exporting *e, MDB_txn *txn, const struct img_cache_key *key,
                          struct img_info *info, struct img_metadata_record *metadata)
{
    struct img_cache_name name;
    struct img_cache_bytes value;
    img_cache_name_info(&name, key);
    if (!e->how->metadata || !img_cache_find(e->cache, txn, IMG_CACHE_FACTS, &name, &value) ||
        !img_cache_read_info(img_cache_name_bytes(&name), value, info))
        return false;
    *metadata = (struct img_metadata_record){
        .width = info->width,
        .height = info->height,
        .format = img_format_name((enum img_format)info->format),
        .mode = info->mode,
        .size = key->content.size,
        .dpi_x = (double)info->dpi_x,
        .dpi_y = (double)info->dpi_y,
        .creation_date = info->creation_date,
        .modification_date = info->modification_date,
        .orientation = info->orientation,
        .has_icc_profile = info->has_icc_profile,
        .has_alpha = info->has_alpha,
        .pages = info->pages,
        .known = true,
    };
    return true;
}

static void put_entry(void *ctx, MDB_txn *txn, struct img_cache_bytes name,
                      struct img_cache_bytes value)
{
    struct exporting *e = ctx;
    struct img_cache_key key;
    const unsigned char *floats;
    struct img_info info;
    struct img_metadata_record metadata;
    size_t dimension;
    if (!img_cache_read_any_vector(name, value, &key, &dimension, &floats))
        return;
    for (size_t i = 0; i < dimension; i++)
        e->vector[i] = img_unpack_float(floats + 4 * i);
    bool known = find_metadata(e, txn, &key, &info, &metadata);
    const struct img_embedding_record record = {
        .image_id = &key.content.id,
        .embedding = e->vector,
        .base64 = e->how->base64,
        .model_fingerprint = key.fingerprint,
        .preprocessing = *key.preprocessing ? key.preprocessing : NULL,
        .precision = key.precision,
        .dimension = dimension,
        .cached = true,
        .metadata = known ? &metadata : NULL,
    };
    img_embedding_put(&e->lines, &record);
}

static bool hand_on(void *ctx, struct img_err *err)
{
    struct exporting *e = ctx;
    bool ok = img_buf_ok(&e->lines, err) &&
              (e->lines.len == 0 ||
               e->how->lines(e->how->ctx, e->lines.data, e->lines.len, err));
    img_buf_reset(&e->lines);
    return ok;
}

bool img_cache_export(struct img_cache *cache, const struct img_cache_export *how,
                      struct img_err *err)
{
    struct exporting *e = calloc(1, sizeof *e);
    if (!e)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for records");
    e->cache = cache;
    e->how = how;
    const struct img_cache_visit visit = {put_entry, hand_on, e};
    bool ok = img_cache_each(cache, IMG_CACHE_VECTORS, &visit, err);
    img_buf_clear(&e->lines);
    free(e);
    return ok;
}
