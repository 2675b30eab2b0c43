/* XXH3 through the system's xxHash. */
#include "base/hash.h"

#include <string.h>
#include <xxhash.h>

static struct img_id id_of(XXH128_hash_t hash)
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, hash);
    struct img_id id;
    memcpy(id.bytes, canonical.digest, sizeof id.bytes);
    return id;
}

struct img_id img_hash_id(const void *bytes, size_t len)
{
    return id_of(XXH3_128bits(bytes, len));
}

struct img_id img_hash_id_seeded(const void *bytes, size_t len, uint64_t seed)
{
    return id_of(XXH3_128bits_withSeed(bytes, len, seed));
}

void img_id_hex(const struct img_id *id, char hex[IMG_ID_HEX])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof id->bytes; i++) {
        hex[2 * i] = digits[id->bytes[i] >> 4];
        hex[2 * i + 1] = digits[id->bytes[i] & 15];
    }
    hex[32] = '\0';
}

uint64_t img_hash64(const void *bytes, size_t len)
{
    return XXH3_64bits(bytes, len);
}

/* The incomplete struct in the header is never defined: it stands for xxHash's own state. */
struct img_hasher *img_hasher_new(struct img_err *err)
{
    XXH3_state_t *state = XXH3_createState();
    if (!state) {
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a hash");
        return NULL;
    }
    XXH3_64bits_reset(state);
    return (struct img_hasher *)state;
}

void img_hasher_add(struct img_hasher *hasher, const void *bytes, size_t len)
{
    XXH3_64bits_update((XXH3_state_t *)hasher, bytes, len);
}

uint64_t img_hasher_digest(const struct img_hasher *hasher)
{
    return XXH3_64bits_digest((const XXH3_state_t *)hasher);
}

void img_hasher_free(struct img_hasher *hasher)
{
    XXH3_freeState((XXH3_state_t *)hasher);
}
