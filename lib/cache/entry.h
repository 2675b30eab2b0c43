/* How entries are laid out on disk: keys and values of fixed form, little-endian, each value with a
 * checksum over table, key and payload, so that a flipped byte or an entry under another's key is
 * told from a true one. */
#ifndef IMG_CACHE_ENTRY_H
#define IMG_CACHE_ENTRY_H

#include <string.h>

#include "cache/cache.h"

/* Raised with every change to what this header describes. */
enum { IMG_CACHE_LAYOUT = 2 };

enum img_cache_table {
    IMG_CACHE_META,
    IMG_CACHE_FILES,    /* device, inode -> size, times, content */
    IMG_CACHE_VECTORS,  /* content, fingerprint, preprocessing, precision -> vector */
    IMG_CACHE_FACTS,    /* content, decoder's version, fingerprint, preprocessing -> img_info */
    IMG_CACHE_FAILURES, /* content, decoder's version -> code, sentence */
    IMG_CACHE_USES,     /* content -> when it was last asked for, in hours since the epoch */
    IMG_CACHE_TABLES
};

enum {
    IMG_CACHE_SUM = 8,          /* bytes of the checksum at a value's end */
    IMG_CACHE_CONTENT_KEY = 24, /* every key of a content begins with these */
    IMG_CACHE_FILE_KEY = 16,
    IMG_CACHE_FAILURE_KEY = 28,
    IMG_CACHE_INFO_KEY = 52,
    IMG_CACHE_VECTOR_KEY = 64,
    IMG_CACHE_KEY_MAX = 64,
    IMG_CACHE_VECTOR_HEAD = 24, /* before the floats */
    IMG_CACHE_DIMENSION_MAX = 65536,
    IMG_CACHE_TEXT_MAX = 511,
    /* The largest value of the tables without vectors. */
    IMG_CACHE_VALUE_MAX = 8 + IMG_CACHE_TEXT_MAX + IMG_CACHE_SUM,
};

struct img_cache_bytes {
    const unsigned char *data;
    size_t len;
};

/* Room for a key, and the length it has. */
struct img_cache_name {
    unsigned char data[IMG_CACHE_KEY_MAX];
    size_t len;
};

struct img_cache_value {
    unsigned char data[IMG_CACHE_VALUE_MAX];
    size_t len;
};

void img_cache_name_content(struct img_cache_name *name, const struct img_content *content);
void img_cache_name_file(struct img_cache_name *name, const struct img_stamp *stamp);
void img_cache_name_failure(struct img_cache_name *name, const struct img_content *content);
void img_cache_name_info(struct img_cache_name *name, const struct img_cache_key *key);
void img_cache_name_vector(struct img_cache_name *name, const struct img_cache_key *key);

/* The checksum that ends a value. */
uint64_t img_cache_sum(enum img_cache_table table, struct img_cache_bytes name,
                       const unsigned char *payload, size_t len);

/* True when the value's checksum is right. */
bool img_cache_sound(enum img_cache_table table, struct img_cache_bytes name,
                     struct img_cache_bytes value);

/* Bytes of a vector's value. */
static inline size_t img_cache_vector_size(size_t dimension)
{
    return IMG_CACHE_VECTOR_HEAD + 4 * dimension + IMG_CACHE_SUM;
}

/* The writers give whole values, checksum included; vector's takes img_cache_vector_size(). */
void img_cache_write_seed(struct img_cache_value *value, struct img_cache_bytes name,
                          uint64_t seed);
void img_cache_write_file(struct img_cache_value *value, struct img_cache_bytes name,
                          const struct img_stamp *stamp, const struct img_content *content);
void img_cache_write_vector(unsigned char *value, struct img_cache_bytes name,
                            const struct img_id *id, size_t dimension, const float *vector);
void img_cache_write_info(struct img_cache_value *value, struct img_cache_bytes name,
                          const struct img_info *info);
/* False: a failure that is none of the bytes' own. */
bool img_cache_write_failure(struct img_cache_value *value, struct img_cache_bytes name,
                             const struct img_err *failure);
void img_cache_write_use(struct img_cache_value *value, struct img_cache_bytes name,
                         uint32_t hours);

/* The readers check the checksum and every field; false is a miss. */
bool img_cache_read_seed(struct img_cache_bytes name, struct img_cache_bytes value,
                         uint32_t *layout, uint64_t *seed);
bool img_cache_read_file(struct img_cache_bytes name, struct img_cache_bytes value,
                         const struct img_stamp *stamp, struct img_content *content);
/* The stamp and content of any entry of the table. */
bool img_cache_read_stamp(struct img_cache_bytes name, struct img_cache_bytes value,
                          struct img_stamp *stamp, struct img_content *content);
bool img_cache_read_vector(struct img_cache_bytes name, struct img_cache_bytes value,
                           const struct img_id *id, size_t dimension, float *vector);
/* The parts of any vector's entry; floats points to its little-endian values. */
bool img_cache_read_any_vector(struct img_cache_bytes name, struct img_cache_bytes value,
                               struct img_cache_key *key, size_t *dimension,
                               const unsigned char **floats);
bool img_cache_read_info(struct img_cache_bytes name, struct img_cache_bytes value,
                         struct img_info *info);
bool img_cache_read_failure(struct img_cache_bytes name, struct img_cache_bytes value,
                            struct img_err *failure);
bool img_cache_read_use(struct img_cache_bytes name, struct img_cache_bytes value,
                        uint32_t *hours);

static inline struct img_cache_bytes img_cache_name_bytes(const struct img_cache_name *name)
{
    return (struct img_cache_bytes){name->data, name->len};
}

#endif
