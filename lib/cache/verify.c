/* The whole structure, then every entry. */
#include <stdio.h>

#include "cache/each.h"
#include "cache/env.h"
#include "cache/reopen.h"
#include "cache/tend.h"

static bool entry_sound(enum img_cache_table table, struct img_cache_bytes name,
                        struct img_cache_bytes value)
{
    struct img_stamp stamp;
    struct img_content content;
    struct img_cache_key key;
    struct img_info info;
    struct img_err failure;
    size_t dimension;
    uint32_t number;
    uint64_t seed;
    const unsigned char *floats;
    switch (table) {
    case IMG_CACHE_META:
        return img_cache_read_seed(name, value, &number, &seed);
    case IMG_CACHE_FILES:
        return img_cache_read_stamp(name, value, &stamp, &content);
    case IMG_CACHE_VECTORS:
        return img_cache_read_any_vector(name, value, &key, &dimension, &floats);
    case IMG_CACHE_FACTS:
        return img_cache_read_info(name, value, &info);
    case IMG_CACHE_FAILURES:
        return img_cache_read_failure(name, value, &failure);
    case IMG_CACHE_USES:
        return img_cache_read_use(name, value, &number);
    case IMG_CACHE_TABLES:
        break;
    }
    return false;
}

struct counting {
    enum img_cache_table table;
    struct img_cache_verdict *verdict;
};

static void count(void *ctx, MDB_txn *txn, struct img_cache_bytes name,
                  struct img_cache_bytes value)
{
    struct counting *c = ctx;
    (void)txn;
    c->verdict->entries++;
    c->verdict->bad += !entry_sound(c->table, name, value);
}

static bool is_bad(void *ctx, MDB_txn *txn, struct img_cache_bytes name,
                   struct img_cache_bytes value)
{
    const struct counting *c = ctx;
    (void)txn;
    return !entry_sound(c->table, name, value);
}

static bool check_structure(struct img_cache *cache, struct img_cache_verdict *verdict,
                            struct img_err *err)
{
    struct img_err why;
    const struct img_cache_budget all = {0};
    if (img_cache_look(cache, &all, &why))
        return true;
    if (why.code != IMG_ERR_BAD_RECORD && why.code != IMG_ERR_TRUNCATED) {
        *err = why;
        return false;
    }
    verdict->damaged = true;
    snprintf(verdict->why, sizeof verdict->why, "%.255s", why.text);
    return true;
}

bool img_cache_verify(struct img_cache *cache, bool fix, struct img_cache_verdict *verdict,
                      struct img_err *err)
{
    *verdict = (struct img_cache_verdict){0};
    if (!check_structure(cache, verdict, err))
        return false;
    if (verdict->damaged) {
        verdict->replaced = fix && img_cache_replace(cache, verdict->why, err);
        return verdict->replaced || !fix;
    }
    for (int i = 0; i < IMG_CACHE_TABLES; i++) {
        struct counting counting = {(enum img_cache_table)i, verdict};
        const struct img_cache_visit visit = {count, NULL, &counting};
        const struct img_cache_judge judge = {is_bad, &counting};
        uint64_t bad = verdict->bad;
        if (!img_cache_each(cache, counting.table, &visit, err) ||
            (fix && verdict->bad > bad &&
             !img_cache_sweep(cache, counting.table, &judge, &verdict->dropped, err)))
            return false;
    }
    return true;
}
