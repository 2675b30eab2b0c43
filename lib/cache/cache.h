/* The embedding cache: vectors by content, shared by every program and safe for many processes.
 *
 * An LMDB environment in a folder. Six tables: meta (version, seed), files (stamp -> content),
 * vectors (content, fingerprint, preprocessing, precision -> vector), facts (content, decoder's
 * version, fingerprint, preprocessing -> what was learnt of the picture), failures (content,
 * decoder's version -> code), uses (content -> when it was last asked for, to the day). Every value
 * carries a checksum: a torn, foreign or corrupt entry is a miss, never a wrong vector. What cannot
 * be used warns once through the report and then always misses.
 *
 * As LMDB wants it, a process opens a folder's cache once at a time and does not use it across
 * fork(). A process that is killed, or a machine that loses its power, loses the last entries at
 * most: data are synced before the page that makes them count is written. */
#ifndef IMG_CACHE_CACHE_H
#define IMG_CACHE_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/report.h"
#include "image/picture.h"

/* Raised whenever decoding or preprocessing may give another answer than before. */
enum { IMG_CACHE_DECODER_VERSION = 2 };

struct img_cache;

struct img_cache_options {
    const char *folder; /* the environment lies in folder/embeddings */
    const struct img_report *report; /* may be NULL; must outlive the cache */
};

/* What a picture is, whatever it is called. */
struct img_content {
    struct img_id id;     /* XXH3-128 of the bytes: the image_id */
    struct img_id seeded; /* the same, seeded per cache: strangers cannot prepare a collision */
    uint64_t size;        /* bytes */
};

struct img_cache_key {
    struct img_content content;
    char fingerprint[17]; /* the model's, 16 hex digits */
    char preprocessing[9];
    char precision[16];
};

/* Opens or makes the environment. Always gives a cache: one that cannot be used (NFS and its
 * like, no space, no permission, damaged beyond use after it was moved aside) warns and misses;
 * a read-only one is read. Fails with OUT_OF_MEMORY only. */
IMG_CHECKED bool img_cache_open(struct img_cache **cache, const struct img_cache_options *options,
                                struct img_err *err);

/* The content's identity in this cache. Also for a cache that always misses. cache may be NULL. */
void img_cache_identify(const struct img_cache *cache, const void *bytes, size_t len,
                        struct img_content *content);

/* What a file that looks like this held when it was last read. Thread-safe, as all calls are. */
bool img_cache_get_file(struct img_cache *cache, const struct img_stamp *stamp,
                        struct img_content *content);

/* The vector [dimension] before normalisation, and what was learnt of the picture on its way to it,
 * whatever the key's precision. False: a miss. */
bool img_cache_get_vector(struct img_cache *cache, const struct img_cache_key *key,
                          size_t dimension, float *vector);
bool img_cache_get_info(struct img_cache *cache, const struct img_cache_key *key,
                        struct img_info *info);

/* A failure that the bytes themselves cause (NOT_AN_IMAGE, TRUNCATED and nothing else): code and
 * sentence. False: none remembered for this decoder version. */
bool img_cache_get_failure(struct img_cache *cache, const struct img_content *content,
                           struct img_err *failure);

/* Writes are queued in memory (bounded; full: the oldest are written first) and written together by
 * img_cache_flush(): one short transaction. A full disk or a lost environment is one warning; the
 * work goes on. A stamp is queued only when its times are older than 100 ms. */
void img_cache_put_file(struct img_cache *cache, const struct img_stamp *stamp,
                        const struct img_content *content);
void img_cache_put_vector(struct img_cache *cache, const struct img_cache_key *key,
                          size_t dimension, const float *vector);
void img_cache_put_info(struct img_cache *cache, const struct img_cache_key *key,
                        const struct img_info *info);
void img_cache_put_failure(struct img_cache *cache, const struct img_content *content,
                           const struct img_err *failure);
void img_cache_flush(struct img_cache *cache);

/* Flushes and closes. NULL is fine. */
void img_cache_close(struct img_cache *cache);

#endif
