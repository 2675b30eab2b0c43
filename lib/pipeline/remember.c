/* Between items and the embedding cache. */
#include "pipeline/remember.h"

#include <stdio.h>

/* Of every page of a file but the first, what is learnt is kept apart: it may be truncated, or blurred,
 * where the first is not. */
static struct img_content content_of(const struct img_embedder *e, const struct img_item *item)
{
    struct img_content content = item->content;
    uint32_t page = img_settings_prep(e->settings, item).page;
    for (size_t i = 0; page > 0 && i < sizeof page; i++)
        content.seeded.bytes[i] ^= (unsigned char)(page >> 8 * i);
    return content;
}

static struct img_cache_key key_of(const struct img_embedder *e, const struct img_item *item,
                                   const char *precision)
{
    struct img_cache_key key = {.content = content_of(e, item)};
    snprintf(key.fingerprint, sizeof key.fingerprint, "%s", e->engine->info.fingerprint);
    img_settings_preprocessing(e->settings, item, key.preprocessing);
    snprintf(key.precision, sizeof key.precision, "%s", precision);
    return key;
}

bool img_recall_file(struct img_embedder *e, struct img_item *item)
{
    item->has_content = e->cache && !e->settings->want_pixels && item->has_stamp &&
                        img_cache_get_file(e->cache, &item->stamp, &item->content);
    return item->has_content;
}

/* A picture that today's limits would refuse is decoded again, to be refused. */
static bool still_wanted(const struct img_prep *prep, const struct img_info *info)
{
    return info->format < IMG_FORMAT_COUNT && (prep->formats & 1u << info->format) != 0 &&
           (uint64_t)info->width * info->height <= prep->max_pixels;
}

static bool recall_failure(struct img_embedder *e, struct img_item *item)
{
    const struct img_content content = content_of(e, item);
    struct img_err failure;
    if (e->settings->retry_failed || !e->settings->prep.fail_on_truncated ||
        !img_cache_get_failure(e->cache, &content, &failure))
        return false;
    item->err = failure;
    return true;
}

/* A model without a fingerprint cannot be told from others. */
static bool is_nameless(const struct img_embedder *e)
{
    return e->engine->info.fingerprint[0] == '\0';
}

bool img_recall_content(struct img_embedder *e, struct img_item *item)
{
    bool remote = e->engine->info.takes_files; /* of its pictures nothing is learnt */
    if (!e->cache || !item->has_content || e->settings->want_pixels || is_nameless(e))
        return false;
    const struct img_cache_key key = key_of(e, item, e->precision);
    item->encoded = (remote || (img_cache_get_info(e->cache, &key, &item->info) &&
                                still_wanted(&e->settings->prep, &item->info))) &&
                    img_cache_get_vector(e->cache, &key, e->engine->info.dimension,
                                         item->embedding);
    item->cached = item->encoded;
    item->has_info = item->encoded && !remote;
    item->precision = e->precision;
    if (e->settings->debug && item->cached)
        img_item_log(item, "embedded before: from the cache");
    return item->encoded || (!remote && recall_failure(e, item));
}

void img_remember_bytes(struct img_embedder *e, struct img_item *item, const void *bytes,
                        size_t len)
{
    img_cache_identify(e->cache, bytes, len, &item->content);
    item->has_content = true;
    if (e->cache && item->has_stamp)
        img_cache_put_file(e->cache, &item->stamp, &item->content);
}

void img_remember_failure(struct img_embedder *e, const struct img_item *item)
{
    const struct img_content content = content_of(e, item);
    enum img_code code = item->err.code;
    if (e->cache && item->has_content && (code == IMG_ERR_NOT_AN_IMAGE || code == IMG_ERR_TRUNCATED))
        img_cache_put_failure(e->cache, &content, &item->err);
}

void img_remember_embedding(struct img_embedder *e, const struct img_item *item)
{
    if (!e->cache || !item->has_content || is_nameless(e))
        return;
    const struct img_cache_key key = key_of(e, item, item->precision);
    img_cache_put_vector(e->cache, &key, e->engine->info.dimension, item->embedding);
    if (!e->engine->info.takes_files)
        img_cache_put_info(e->cache, &key, &item->info);
}
