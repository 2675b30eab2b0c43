/* Hashing a blob and holding it against its name. */
#include "hub/verify.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"

enum { PIECE = 1 << 20 };

static bool is_digest(const char *name)
{
    size_t len = strlen(name);
    return (len == 64 || len == 40) && strspn(name, "0123456789abcdef") == len;
}

bool img_hub_verify(const char *path, bool *known, struct img_err *err)
{
    char target[PATH_MAX], hex[IMG_DIGEST_HEX], head[32];
    struct img_map map;
    struct img_digest digest;
    *known = false;
    ssize_t n = readlink(path, target, sizeof target - 1);
    if (n <= 0)
        return true;
    target[n] = '\0';
    const char *slash = strrchr(target, '/'), *name = slash ? slash + 1 : target;
    if (!is_digest(name))
        return true;
    if (!img_map_open(&map, path, err))
        return img_err_in(err, "%s", path);
    bool small = strlen(name) == 40;
    img_digest_init(&digest, small ? IMG_SHA1 : IMG_SHA256);
    if (small)
        img_digest_add(&digest, head,
                       (size_t)snprintf(head, sizeof head, "blob %zu", map.size) + 1);
    for (size_t at = 0; at < map.size; at += PIECE)
        img_digest_add(&digest, map.data + at, map.size - at < PIECE ? map.size - at : PIECE);
    img_digest_hex(&digest, hex);
    img_map_close(&map);
    *known = strcmp(hex, name) == 0;
    return *known || img_err_set(err, IMG_ERR_MODEL_INVALID,
                                 "%s: damaged since it was fetched (digest %s)", path, hex);
}
