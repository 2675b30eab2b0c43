/* What is in a cache. */
#include <sys/stat.h>

#include "cache/each.h"
#include "cache/measure.h"
#include "cache/tend.h"
#include "json/number.h"
#include "json/string.h"

bool img_cache_usable(const struct img_cache *cache, bool write, struct img_err *err)
{
    if (!cache->env)
        return img_err_set(err, IMG_ERR_SYSTEM, "there is no cache to work on");
    if (write && cache->read_only)
        return img_err_set(err, IMG_ERR_SYSTEM, "cache %s: it can only be read", cache->folder);
    return true;
}

const char *img_cache_folder(const struct img_cache *cache)
{
    return cache->folder;
}

static void count(void *ctx, MDB_txn *txn, struct img_cache_bytes name,
                  struct img_cache_bytes value)
{
    struct img_cache_stats *stats = ctx;
    struct img_cache_key key;
    size_t dimension;
    const unsigned char *floats;
    (void)txn;
    if (!img_cache_read_any_vector(name, value, &key, &dimension, &floats)) {
        stats->broken++;
        return;
    }
    for (size_t i = 0; i < stats->group_count; i++) {
        struct img_cache_group *group = &stats->groups[i];
        if (group->dimension == dimension && strcmp(group->fingerprint, key.fingerprint) == 0 &&
            strcmp(group->preprocessing, key.preprocessing) == 0 &&
            strcmp(group->precision, key.precision) == 0) {
            group->vectors++;
            return;
        }
    }
    if (stats->group_count == IMG_CACHE_GROUPS_MAX) {
        stats->other_vectors++;
        return;
    }
    struct img_cache_group *group = &stats->groups[stats->group_count++];
    *group = (struct img_cache_group){.dimension = dimension, .vectors = 1};
    memcpy(group->fingerprint, key.fingerprint, sizeof group->fingerprint);
    memcpy(group->preprocessing, key.preprocessing, sizeof group->preprocessing);
    memcpy(group->precision, key.precision, sizeof group->precision);
}

bool img_cache_stats(struct img_cache *cache, struct img_cache_stats *stats, struct img_err *err)
{
    struct img_cache_size size;
    *stats = (struct img_cache_stats){0};
    const struct img_cache_visit visit = {count, NULL, stats};
    if (!img_cache_measure(cache, &size, err) ||
        !img_cache_each(cache, IMG_CACHE_VECTORS, &visit, err))
        return false;
    stats->files = size.entries[IMG_CACHE_FILES];
    stats->vectors = size.entries[IMG_CACHE_VECTORS];
    stats->facts = size.entries[IMG_CACHE_FACTS];
    stats->failures = size.entries[IMG_CACHE_FAILURES];
    stats->contents = size.entries[IMG_CACHE_USES];
    stats->disk_bytes = size.disk_bytes;
    stats->used_bytes = size.used_bytes;
    return true;
}

static const char *shown(const char *text)
{
    return *text ? text : "-";
}

static void put_text(const struct img_cache *cache, const struct img_cache_stats *stats,
                     struct img_buf *out)
{
    const struct {
        const char *name;
        uint64_t value;
    } lines[] = {
        {"contents", stats->contents}, {"vectors", stats->vectors},
        {"facts", stats->facts},       {"failures", stats->failures},
        {"files", stats->files},       {"disk bytes", stats->disk_bytes},
        {"used bytes", stats->used_bytes},
    };
    img_buf_printf(out, "folder       %s\n", cache->folder);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        img_buf_printf(out, "%-12s %llu\n", lines[i].name, (unsigned long long)lines[i].value);
    if (stats->broken > 0)
        img_buf_printf(out, "%-12s %llu\n", "broken", (unsigned long long)stats->broken);
    for (size_t i = 0; i < stats->group_count; i++) {
        const struct img_cache_group *group = &stats->groups[i];
        img_buf_printf(out, "model        %s  preprocessing %s  precision %s  dimension %zu  "
                       "vectors %llu\n", shown(group->fingerprint), shown(group->preprocessing),
                       shown(group->precision), group->dimension,
                       (unsigned long long)group->vectors);
    }
    if (stats->other_vectors > 0)
        img_buf_printf(out, "others       %llu\n", (unsigned long long)stats->other_vectors);
}

static void put_number(struct img_buf *out, const char *key, uint64_t value)
{
    img_buf_printf(out, ",\"%s\":", key);
    img_json_put_uint(out, value);
}

static void put_string(struct img_buf *out, const char *key, const char *value)
{
    img_buf_printf(out, "\"%s\":", key);
    img_json_put_string(out, value, strlen(value));
}

static void put_json(const struct img_cache *cache, const struct img_cache_stats *stats,
                     struct img_buf *out)
{
    img_buf_putc(out, '{');
    put_string(out, "path", cache->folder);
    put_number(out, "contents", stats->contents);
    put_number(out, "vectors", stats->vectors);
    put_number(out, "facts", stats->facts);
    put_number(out, "failures", stats->failures);
    put_number(out, "files", stats->files);
    put_number(out, "disk_bytes", stats->disk_bytes);
    put_number(out, "used_bytes", stats->used_bytes);
    put_number(out, "broken", stats->broken);
    img_buf_puts(out, ",\"models\":[");
    for (size_t i = 0; i < stats->group_count; i++) {
        const struct img_cache_group *group = &stats->groups[i];
        img_buf_puts(out, i == 0 ? "{" : ",{");
        put_string(out, "model_fingerprint", group->fingerprint);
        img_buf_putc(out, ',');
        put_string(out, "preprocessing", group->preprocessing);
        img_buf_putc(out, ',');
        put_string(out, "precision", group->precision);
        put_number(out, "dimension", group->dimension);
        put_number(out, "vectors", group->vectors);
        img_buf_putc(out, '}');
    }
    img_buf_puts(out, "]}\n");
}

void img_cache_put_stats(const struct img_cache *cache, const struct img_cache_stats *stats,
                         bool json, struct img_buf *out)
{
    (json ? put_json : put_text)(cache, stats, out);
}
