/* Dropping what is not wanted. Whole contents go: their vectors, facts and failures first, then the
 * files that lead to them, then the note of their use, so that a run that is interrupted is finished
 * by the next one. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "cache/each.h"
#include "cache/env.h"
#include "cache/measure.h"
#include "cache/pack.h"
#include "cache/roots.h"
#include "cache/tend.h"

bool img_cache_parse_age(const char *text, uint64_t *hours, struct img_err *err)
{
    static const struct {
        char unit;
        uint64_t hours;
    } units[] = {{'h', 1}, {'d', 24}, {'w', 168}, {'y', 8766}};
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (isdigit((unsigned char)*text) && errno == 0 && number <= 1000000)
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
            if (end[0] == units[i].unit && end[1] == '\0') {
                *hours = number * units[i].hours;
                return true;
            }
    return img_err_set(err, IMG_ERR_USAGE,
                       "'%.100s' is not an age (a number with h, d, w or y: 36h, 30d, 2w, 1y)",
                       text);
}

/* Contents last used before this hour go, and of those used in it a part, by a hash that differs from
 * one time to the next (what is left over must not be what is always left over). */
struct line {
    uint32_t hour;
    uint64_t part; /* of 2^32 */
    uint64_t salt;
};

static bool in_part(const struct line *line, const unsigned char *content)
{
    unsigned char bytes[8 + IMG_CACHE_CONTENT_KEY];
    img_pack64(bytes, line->salt);
    memcpy(bytes + 8, content, IMG_CACHE_CONTENT_KEY);
    return (img_hash64(bytes, sizeof bytes) & 0xFFFFFFFF) < line->part;
}

struct pruning {
    struct img_cache *cache;
    struct line line;
    const struct img_cache_roots *roots; /* NULL: by the line */
};

/* Of a content's key; one without a note of its use is a remnant. */
static bool content_goes(struct pruning *p, MDB_txn *txn, struct img_cache_bytes content)
{
    struct img_cache_name name = {.len = IMG_CACHE_CONTENT_KEY};
    struct img_cache_bytes value;
    uint32_t hours;
    memcpy(name.data, content.data, IMG_CACHE_CONTENT_KEY);
    if (!img_cache_find(p->cache, txn, IMG_CACHE_USES, &name, &value) ||
        !img_cache_read_use(img_cache_name_bytes(&name), value, &hours))
        return true;
    if (p->roots)
        return !img_cache_roots_use(p->roots, name.data);
    return hours < p->line.hour ||
           (hours == p->line.hour && in_part(&p->line, name.data));
}

static bool entry_goes(void *ctx, MDB_txn *txn, struct img_cache_bytes name,
                       struct img_cache_bytes value)
{
    (void)value;
    return name.len < IMG_CACHE_CONTENT_KEY || content_goes(ctx, txn, name);
}

static bool file_goes(void *ctx, MDB_txn *txn, struct img_cache_bytes name,
                      struct img_cache_bytes value)
{
    struct pruning *p = ctx;
    struct img_stamp stamp;
    struct img_content content;
    struct img_cache_name key;
    if (!img_cache_read_stamp(name, value, &stamp, &content))
        return true;
    if (p->roots && !img_cache_roots_have(p->roots, &stamp))
        return true;
    img_cache_name_content(&key, &content);
    return content_goes(p, txn, img_cache_name_bytes(&key));
}

static bool sweep_all(struct pruning *p, struct img_cache_pruned *pruned, struct img_err *err)
{
    const struct img_cache_judge entries = {entry_goes, p}, files = {file_goes, p};
    uint64_t parts = 0;
    return img_cache_sweep(p->cache, IMG_CACHE_VECTORS, &entries, &parts, err) &&
           img_cache_sweep(p->cache, IMG_CACHE_FACTS, &entries, &parts, err) &&
           img_cache_sweep(p->cache, IMG_CACHE_FAILURES, &entries, &parts, err) &&
           img_cache_sweep(p->cache, IMG_CACHE_FILES, &files, &pruned->files, err) &&
           img_cache_sweep(p->cache, IMG_CACHE_USES, &entries, &pruned->contents, err);
}

/* How many contents were last used in which hour; hours before the first count for it. */
enum { HOURS = 1 << 17 }; /* fifteen years */

struct histogram {
    uint32_t first;
    uint64_t *counts; /* [HOURS] */
};

static void count_use(void *ctx, MDB_txn *txn, struct img_cache_bytes name,
                      struct img_cache_bytes value)
{
    struct histogram *h = ctx;
    uint32_t hours;
    (void)txn;
    if (!img_cache_read_use(name, value, &hours))
        return;
    uint32_t at = hours < h->first ? 0 : hours - h->first;
    h->counts[at < HOURS ? at : HOURS - 1]++;
}

/* The line that lets the oldest count contents go. */
static struct line draw_line(const struct histogram *h, uint64_t count)
{
    for (uint32_t i = 0; i < HOURS; i++) {
        if (h->counts[i] < count) {
            count -= h->counts[i];
            continue;
        }
        uint64_t part = (uint64_t)((double)count / (double)h->counts[i] * 4294967296.0);
        return (struct line){.hour = h->first + i, .part = part};
    }
    return (struct line){.hour = UINT32_MAX};
}

static bool prune_size(struct img_cache *cache, uint64_t max_bytes,
                       struct img_cache_pruned *pruned, struct img_err *err)
{
    enum { ROUNDS = 12 };
    struct img_cache_size size;
    struct pruning p = {.cache = cache};
    uint32_t now = img_cache_now_hours();
    struct histogram h = {.first = now > HOURS - 24 ? now - (HOURS - 24) : 0,
                          .counts = malloc(HOURS * sizeof *h.counts)};
    const struct img_cache_visit visit = {count_use, NULL, &h};
    if (!h.counts)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for pruning");
    bool ok = true;
    for (int round = 0; ok && round < ROUNDS; round++) {
        ok = img_cache_measure(cache, &size, err);
        if (!ok || size.used_bytes <= max_bytes)
            break;
        memset(h.counts, 0, HOURS * sizeof *h.counts);
        ok = img_cache_each(cache, IMG_CACHE_USES, &visit, err);
        double share = (double)(size.used_bytes - max_bytes) / (double)size.used_bytes;
        uint64_t contents = size.entries[IMG_CACHE_USES];
        /* The last rounds spare nothing: what is left in use then are the empty tables. */
        p.line = round >= ROUNDS - 2 || contents == 0
                     ? (struct line){.hour = UINT32_MAX}
                     : draw_line(&h, (uint64_t)(share * (double)contents) + 1);
        p.line.salt = (uint64_t)img_cache_now_s() * ROUNDS + (uint64_t)round;
        ok = ok && sweep_all(&p, pruned, err);
    }
    free(h.counts);
    return ok;
}

static bool prune_age(struct img_cache *cache, uint64_t hours, struct img_cache_pruned *pruned,
                      struct img_err *err)
{
    uint32_t now = img_cache_now_hours();
    struct pruning p = {.cache = cache, .line = {.hour = hours < now ? now - (uint32_t)hours : 0}};
    return sweep_all(&p, pruned, err);
}

static bool prune_missing(struct img_cache *cache, const struct img_cache_pruning *how,
                          struct img_cache_pruned *pruned, struct img_err *err)
{
    struct img_cache_roots *roots;
    if (!img_cache_roots_new(&roots, how->roots, how->root_count, err))
        return false;
    struct pruning p = {.cache = cache, .roots = roots};
    bool ok = img_cache_roots_contents(roots, cache, err) && sweep_all(&p, pruned, err);
    img_cache_roots_free(roots);
    return ok;
}

bool img_cache_prune(struct img_cache *cache, const struct img_cache_pruning *how,
                     struct img_cache_pruned *pruned, struct img_err *err)
{
    struct img_cache_size size;
    const struct img_cache_budget all = {0};
    *pruned = (struct img_cache_pruned){0};
    if (!img_cache_look(cache, &all, err))
        return img_err_in(err, "cache %s", cache->folder);
    if (!img_cache_measure(cache, &size, err))
        return false;
    pruned->bytes_before = size.used_bytes;
    bool ok = (how->root_count == 0 || prune_missing(cache, how, pruned, err)) &&
              (!how->by_age || prune_age(cache, how->older_hours, pruned, err)) &&
              (!how->by_size || prune_size(cache, how->max_bytes, pruned, err)) &&
              img_cache_measure(cache, &size, err);
    pruned->bytes_after = size.used_bytes;
    return ok;
}
