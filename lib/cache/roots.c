/* Two sorted lists of hashes: files that are there, contents that they have. */
#include "cache/roots.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "cache/each.h"
#include "cache/pack.h"
#include "input/walk.h"

struct img_cache_roots {
    struct img_buf files, contents; /* uint64_t each */
};

static uint64_t hash_stamp(const struct img_stamp *stamp)
{
    unsigned char bytes[40];
    img_pack64(bytes, stamp->dev);
    img_pack64(bytes + 8, stamp->ino);
    img_pack64(bytes + 16, stamp->size);
    img_pack64(bytes + 24, (uint64_t)stamp->mtime_ns);
    img_pack64(bytes + 32, (uint64_t)stamp->ctime_ns);
    return img_hash64(bytes, sizeof bytes);
}

static int by_value(const void *a, const void *b)
{
    uint64_t left, right;
    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    return (left > right) - (left < right);
}

static void sort(struct img_buf *list)
{
    if (list->len > 0)
        qsort(list->data, list->len / sizeof(uint64_t), sizeof(uint64_t), by_value);
}

static bool among(const struct img_buf *list, uint64_t hash)
{
    return list->len > 0 && bsearch(&hash, list->data, list->len / sizeof hash, sizeof hash,
                                    by_value) != NULL;
}

static bool walk(struct img_cache_roots *roots, const char *folder, struct img_err *err)
{
    const char *path = NULL;
    struct stat info;
    struct img_walk *walk = img_walk_new(folder, true, err);
    bool ok = walk != NULL;
    while (ok) {
        ok = img_walk_next(walk, &path, err);
        if (!ok) {
            img_err_in(err, "%s", path ? path : folder);
            break;
        }
        if (!path)
            break;
        /* A file that went this moment is one that is not there. */
        if (stat(path, &info) != 0)
            continue;
        struct img_stamp stamp = img_stamp_of(&info);
        uint64_t hash = hash_stamp(&stamp);
        img_buf_put(&roots->files, &hash, sizeof hash);
        ok = img_buf_ok(&roots->files, err);
    }
    img_walk_free(walk);
    return ok;
}

bool img_cache_roots_new(struct img_cache_roots **roots, const char *const *folders, size_t count,
                         struct img_err *err)
{
    struct img_cache_roots *r = calloc(1, sizeof *r);
    *roots = NULL;
    if (!r)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for the files that are there");
    r->files.limit = r->contents.limit = (size_t)IMG_CACHE_ROOT_FILES * sizeof(uint64_t);
    for (size_t i = 0; i < count; i++)
        if (!walk(r, folders[i], err)) {
            img_cache_roots_free(r);
            return false;
        }
    sort(&r->files);
    *roots = r;
    return true;
}

static void note(void *ctx, MDB_txn *txn, struct img_cache_bytes name, struct img_cache_bytes value)
{
    struct img_cache_roots *roots = ctx;
    struct img_stamp stamp;
    struct img_content content;
    struct img_cache_name key;
    (void)txn;
    if (!img_cache_read_stamp(name, value, &stamp, &content) || !img_cache_roots_have(roots, &stamp))
        return;
    img_cache_name_content(&key, &content);
    uint64_t hash = img_hash64(key.data, key.len);
    img_buf_put(&roots->contents, &hash, sizeof hash);
}

bool img_cache_roots_contents(struct img_cache_roots *roots, struct img_cache *cache,
                              struct img_err *err)
{
    const struct img_cache_visit visit = {note, NULL, roots};
    if (!img_cache_each(cache, IMG_CACHE_FILES, &visit, err) || !img_buf_ok(&roots->contents, err))
        return false;
    sort(&roots->contents);
    return true;
}

bool img_cache_roots_have(const struct img_cache_roots *roots, const struct img_stamp *stamp)
{
    return among(&roots->files, hash_stamp(stamp));
}

bool img_cache_roots_use(const struct img_cache_roots *roots, const unsigned char *content)
{
    return among(&roots->contents, img_hash64(content, IMG_CACHE_CONTENT_KEY));
}

void img_cache_roots_free(struct img_cache_roots *roots)
{
    if (!roots)
        return;
    img_buf_clear(&roots->files);
    img_buf_clear(&roots->contents);
    free(roots);
}
