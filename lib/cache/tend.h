/* Looking after a cache: what img-cache does. Everything is safe beside programs that use it:
 * readers and writers get their turn between batches of some hundred entries.
 *
 * All functions fail with SYSTEM (what LMDB said) or OUT_OF_MEMORY unless they say more. */
#ifndef IMG_CACHE_TEND_H
#define IMG_CACHE_TEND_H

#include "base/buf.h"
#include "cache/cache.h"

/* False with SYSTEM when the cache could not be opened (a warning has said why), and, with write,
 * when it can only be read. */
IMG_CHECKED bool img_cache_usable(const struct img_cache *cache, bool write, struct img_err *err);

/* The environment's folder. */
const char *img_cache_folder(const struct img_cache *cache);

enum { IMG_CACHE_GROUPS_MAX = 256 };

/* Vectors that may be compared and have the same pixels behind them. */
struct img_cache_group {
    char fingerprint[17], preprocessing[9], precision[16];
    size_t dimension;
    uint64_t vectors;
};

struct img_cache_stats {
    uint64_t files, vectors, facts, failures, contents; /* entries */
    uint64_t disk_bytes; /* that the file takes */
    uint64_t used_bytes; /* of these in use; the rest is written over first */
    uint64_t broken;     /* vectors that do not hold their checksum */
    struct img_cache_group groups[IMG_CACHE_GROUPS_MAX];
    size_t group_count;
    uint64_t other_vectors; /* of groups beyond these */
};

IMG_CHECKED bool img_cache_stats(struct img_cache *cache, struct img_cache_stats *stats,
                                 struct img_err *err);
void img_cache_put_stats(const struct img_cache *cache, const struct img_cache_stats *stats,
                         bool json, struct img_buf *out);

struct img_cache_verdict {
    uint64_t entries, bad, dropped;
    bool damaged;  /* the file's structure: entries were not looked at */
    bool replaced; /* … and it was moved aside */
    char why[256];
};

/* Looks at the whole structure and every entry's checksum and form. fix: drops bad entries, or moves
 * the whole aside where the structure is damaged. */
IMG_CHECKED bool img_cache_verify(struct img_cache *cache, bool fix,
                                  struct img_cache_verdict *verdict, struct img_err *err);

struct img_cache_pruning {
    bool by_size, by_age;
    uint64_t max_bytes;       /* in use, at most */
    uint64_t older_hours;     /* not asked for since */
    const char *const *roots; /* with any, what no file below these folders has is dropped */
    size_t root_count;
};

struct img_cache_pruned {
    uint64_t contents, files;           /* dropped */
    uint64_t bytes_before, bytes_after; /* in use */
};

/* Drops what is not wanted: whole contents, with all vectors, facts and failures of them. Those that
 * have not been asked for the longest go first. Fails also with what walking a root gives, before
 * anything is dropped. */
IMG_CHECKED bool img_cache_prune(struct img_cache *cache, const struct img_cache_pruning *how,
                                 struct img_cache_pruned *pruned, struct img_err *err);

/* "36h", "30d", "2w", "1y" in hours. Fails with USAGE. */
IMG_CHECKED bool img_cache_parse_age(const char *text, uint64_t *hours, struct img_err *err);

/* Drops everything but the seed. */
IMG_CHECKED bool img_cache_clear(struct img_cache *cache, struct img_cache_pruned *pruned,
                                 struct img_err *err);

enum img_cache_compacted {
    IMG_CACHE_COMPACTED,
    IMG_CACHE_NOT_WORTH_IT, /* little is free */
    IMG_CACHE_NOT_ALONE,    /* other programs have it open */
};

/* Gives free pages back to the file system, by a copy that takes the file's place, if nobody else has
 * it open. Fails with OUTPUT too; the cache is then as it was. */
IMG_CHECKED bool img_cache_compact(struct img_cache *cache, enum img_cache_compacted *done,
                                   struct img_err *err);

/* Embedding records of all vectors, in the order of their keys; model_name and image_path are null,
 * for the cache knows neither. */
struct img_cache_export {
    bool base64;
    bool metadata; /* width, height and so on, where they are known */
    /* Takes whole lines; no transaction is open meanwhile. */
    bool (*lines)(void *ctx, const char *bytes, size_t len, struct img_err *err);
    void *ctx;
};

IMG_CHECKED bool img_cache_export(struct img_cache *cache, const struct img_cache_export *how,
                                  struct img_err *err);

#endif
