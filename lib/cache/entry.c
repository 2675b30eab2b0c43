/* Keys, and the values of all tables but the picture's facts. */
#include "cache/entry.h"

#include "cache/pack.h"

/* Where the parts of a vector's key begin. */
enum { AT_FINGERPRINT = 24, AT_PREPROCESSING = 40, AT_PRECISION = 48 };
enum { FINGERPRINT = 16, PREPROCESSING = 8, PRECISION = 16 };

static void put_content(unsigned char *to, const struct img_content *content)
{
    memcpy(to, content->seeded.bytes, 16);
    img_pack64(to + 16, content->size);
}

static void put_text(unsigned char *to, size_t room, const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    memset(to, 0, room);
    memcpy(to, text, len < room ? len : room);
}

void img_cache_name_content(struct img_cache_name *name, const struct img_content *content)
{
    name->len = IMG_CACHE_CONTENT_KEY;
    put_content(name->data, content);
}

void img_cache_name_file(struct img_cache_name *name, const struct img_stamp *stamp)
{
    name->len = IMG_CACHE_FILE_KEY;
    img_pack64(name->data, stamp->dev);
    img_pack64(name->data + 8, stamp->ino);
}

void img_cache_name_failure(struct img_cache_name *name, const struct img_content *content)
{
    name->len = IMG_CACHE_FAILURE_KEY;
    put_content(name->data, content);
    img_pack32(name->data + IMG_CACHE_CONTENT_KEY, IMG_CACHE_DECODER_VERSION);
}

void img_cache_name_info(struct img_cache_name *name, const struct img_cache_key *key)
{
    img_cache_name_failure(name, &key->content);
    unsigned char *to = name->data + name->len;
    put_text(to, FINGERPRINT, key->fingerprint, sizeof key->fingerprint);
    put_text(to + FINGERPRINT, PREPROCESSING, key->preprocessing, sizeof key->preprocessing);
    name->len = IMG_CACHE_INFO_KEY;
}

void img_cache_name_vector(struct img_cache_name *name, const struct img_cache_key *key)
{
    name->len = IMG_CACHE_VECTOR_KEY;
    put_content(name->data, &key->content);
    put_text(name->data + AT_FINGERPRINT, FINGERPRINT, key->fingerprint, sizeof key->fingerprint);
    put_text(name->data + AT_PREPROCESSING, PREPROCESSING, key->preprocessing,
             sizeof key->preprocessing);
    put_text(name->data + AT_PRECISION, PRECISION, key->precision, sizeof key->precision);
}

uint64_t img_cache_sum(enum img_cache_table table, struct img_cache_bytes name,
                       const unsigned char *payload, size_t len)
{
    unsigned char parts[24];
    img_pack64(parts, img_hash64(payload, len));
    img_pack64(parts + 8, img_hash64(name.data, name.len));
    img_pack64(parts + 16, (uint64_t)table);
    return img_hash64(parts, sizeof parts);
}

bool img_cache_sound(enum img_cache_table table, struct img_cache_bytes name,
                     struct img_cache_bytes value)
{
    if (value.len < IMG_CACHE_SUM)
        return false;
    size_t len = value.len - IMG_CACHE_SUM;
    return img_unpack64(value.data + len) == img_cache_sum(table, name, value.data, len);
}

static void finish(struct img_cache_value *value, enum img_cache_table table,
                   struct img_cache_bytes name, size_t len)
{
    img_pack64(value->data + len, img_cache_sum(table, name, value->data, len));
    value->len = len + IMG_CACHE_SUM;
}

void img_cache_write_seed(struct img_cache_value *value, struct img_cache_bytes name,
                          uint64_t seed)
{
    img_pack32(value->data, IMG_CACHE_LAYOUT);
    img_pack32(value->data + 4, 0);
    img_pack64(value->data + 8, seed);
    finish(value, IMG_CACHE_META, name, 16);
}

bool img_cache_read_seed(struct img_cache_bytes name, struct img_cache_bytes value,
                         uint32_t *layout, uint64_t *seed)
{
    if (value.len < 16 + IMG_CACHE_SUM || value.len > IMG_CACHE_VALUE_MAX ||
        !img_cache_sound(IMG_CACHE_META, name, value))
        return false;
    *layout = img_unpack32(value.data);
    *seed = img_unpack64(value.data + 8);
    return true;
}

void img_cache_write_file(struct img_cache_value *value, struct img_cache_bytes name,
                          const struct img_stamp *stamp, const struct img_content *content)
{
    img_pack64(value->data, stamp->size);
    img_pack64(value->data + 8, (uint64_t)stamp->mtime_ns);
    img_pack64(value->data + 16, (uint64_t)stamp->ctime_ns);
    memcpy(value->data + 24, content->id.bytes, 16);
    put_content(value->data + 40, content);
    finish(value, IMG_CACHE_FILES, name, 64);
}

bool img_cache_read_stamp(struct img_cache_bytes name, struct img_cache_bytes value,
                          struct img_stamp *stamp, struct img_content *content)
{
    if (name.len != IMG_CACHE_FILE_KEY || value.len != 64 + IMG_CACHE_SUM ||
        !img_cache_sound(IMG_CACHE_FILES, name, value))
        return false;
    *stamp = (struct img_stamp){
        .dev = img_unpack64(name.data),
        .ino = img_unpack64(name.data + 8),
        .size = img_unpack64(value.data),
        .mtime_ns = (int64_t)img_unpack64(value.data + 8),
        .ctime_ns = (int64_t)img_unpack64(value.data + 16),
    };
    memcpy(content->id.bytes, value.data + 24, 16);
    memcpy(content->seeded.bytes, value.data + 40, 16);
    content->size = img_unpack64(value.data + 56);
    return true;
}

bool img_cache_read_file(struct img_cache_bytes name, struct img_cache_bytes value,
                         const struct img_stamp *stamp, struct img_content *content)
{
    struct img_stamp stored;
    struct img_content found;
    if (!img_cache_read_stamp(name, value, &stored, &found) || !img_stamp_equal(&stored, stamp))
        return false;
    *content = found;
    return true;
}

void img_cache_write_vector(unsigned char *value, struct img_cache_bytes name,
                            const struct img_id *id, size_t dimension, const float *vector)
{
    img_pack32(value, (uint32_t)dimension);
    img_pack32(value + 4, 0);
    memcpy(value + 8, id->bytes, 16);
    for (size_t i = 0; i < dimension; i++)
        img_pack_float(value + IMG_CACHE_VECTOR_HEAD + 4 * i, vector[i]);
    size_t len = IMG_CACHE_VECTOR_HEAD + 4 * dimension;
    img_pack64(value + len, img_cache_sum(IMG_CACHE_VECTORS, name, value, len));
}

/* True for an entry of this many dimensions whose checksum is right. */
static bool vector_sound(struct img_cache_bytes name, struct img_cache_bytes value,
                         size_t dimension)
{
    return dimension > 0 && dimension <= IMG_CACHE_DIMENSION_MAX &&
           name.len == IMG_CACHE_VECTOR_KEY && value.len == img_cache_vector_size(dimension) &&
           img_unpack32(value.data) == dimension &&
           img_cache_sound(IMG_CACHE_VECTORS, name, value);
}

bool img_cache_read_vector(struct img_cache_bytes name, struct img_cache_bytes value,
                           const struct img_id *id, size_t dimension, float *vector)
{
    if (!vector_sound(name, value, dimension) || memcmp(value.data + 8, id->bytes, 16) != 0)
        return false;
    for (size_t i = 0; i < dimension; i++)
        vector[i] = img_unpack_float(value.data + IMG_CACHE_VECTOR_HEAD + 4 * i);
    return true;
}

bool img_cache_read_any_vector(struct img_cache_bytes name, struct img_cache_bytes value,
                               struct img_cache_key *key, size_t *dimension,
                               const unsigned char **floats)
{
    if (value.len < img_cache_vector_size(1) ||
        !vector_sound(name, value, img_unpack32(value.data)))
        return false;
    *key = (struct img_cache_key){.content.size = img_unpack64(name.data + 16)};
    memcpy(key->content.seeded.bytes, name.data, 16);
    memcpy(key->content.id.bytes, value.data + 8, 16);
    memcpy(key->fingerprint, name.data + AT_FINGERPRINT, FINGERPRINT);
    memcpy(key->preprocessing, name.data + AT_PREPROCESSING, PREPROCESSING);
    memcpy(key->precision, name.data + AT_PRECISION, PRECISION - 1);
    *dimension = img_unpack32(value.data);
    *floats = value.data + IMG_CACHE_VECTOR_HEAD;
    return true;
}

/* Only these are remembered; their numbers on disk are our own and stay. */
static const enum img_code kept[] = {[1] = IMG_ERR_NOT_AN_IMAGE, [2] = IMG_ERR_TRUNCATED};
enum { KEPT = sizeof kept / sizeof *kept };

bool img_cache_write_failure(struct img_cache_value *value, struct img_cache_bytes name,
                             const struct img_err *failure)
{
    uint32_t number = 1;
    while (number < KEPT && kept[number] != failure->code)
        number++;
    if (number == KEPT)
        return false;
    size_t len = strnlen(failure->text, IMG_CACHE_TEXT_MAX);
    img_pack32(value->data, number);
    img_pack32(value->data + 4, (uint32_t)len);
    memcpy(value->data + 8, failure->text, len);
    finish(value, IMG_CACHE_FAILURES, name, 8 + len);
    return true;
}

bool img_cache_read_failure(struct img_cache_bytes name, struct img_cache_bytes value,
                            struct img_err *failure)
{
    if (name.len != IMG_CACHE_FAILURE_KEY || value.len < 8 + IMG_CACHE_SUM ||
        value.len > IMG_CACHE_VALUE_MAX || !img_cache_sound(IMG_CACHE_FAILURES, name, value))
        return false;
    uint32_t number = img_unpack32(value.data);
    size_t len = value.len - 8 - IMG_CACHE_SUM;
    if (number == 0 || number >= KEPT || img_unpack32(value.data + 4) != len ||
        memchr(value.data + 8, '\0', len))
        return false;
    *failure = (struct img_err){.code = kept[number]};
    memcpy(failure->text, value.data + 8, len);
    return true;
}

void img_cache_write_use(struct img_cache_value *value, struct img_cache_bytes name,
                         uint32_t hours)
{
    img_pack32(value->data, hours);
    img_pack32(value->data + 4, 0);
    finish(value, IMG_CACHE_USES, name, 8);
}

bool img_cache_read_use(struct img_cache_bytes name, struct img_cache_bytes value,
                        uint32_t *hours)
{
    if (name.len != IMG_CACHE_CONTENT_KEY || value.len != 8 + IMG_CACHE_SUM ||
        !img_cache_sound(IMG_CACHE_USES, name, value))
        return false;
    *hours = img_unpack32(value.data);
    return true;
}
