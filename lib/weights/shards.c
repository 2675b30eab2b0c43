/* Shard names out of an index, each once and none that leaves the folder. */
#include "weights/shards.h"

#include <stdlib.h>
#include <string.h>

#include "json/doc.h"
#include "weights/inside.h"

enum { INDEX_MAX = 64 << 20, INDEX_VALUES_MAX = 1 << 20 };

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool plain(const char *name)
{
    return name && name[0] != '\0' && name[0] != '.' && !strchr(name, '/') && strlen(name) <= 255;
}

static bool collect(const struct img_doc *map, struct img_arena *arena, const char ***names,
                    size_t *count, struct img_err *err)
{
    const char **all = img_arena_array(arena, img_doc_count(map) + 1, sizeof *all, err);
    if (!all)
        return false;
    size_t n = 0;
    for (const struct img_doc *it = img_doc_first(map); it; it = img_doc_next(it)) {
        const char *file = img_doc_text(it);
        if (!plain(file))
            return img_err_set(err, IMG_ERR_MODEL_INVALID,
                               "tensor '%.200s' lies in '%.100s', which is no plain file name",
                               img_doc_name(it), file ? file : "(no text)");
        if (n == 0 || strcmp(all[n - 1], file) != 0)
            all[n++] = file;
    }
    if (n > 0)
        qsort(all, n, sizeof *all, by_text);
    size_t unique = 0;
    for (size_t i = 0; i < n; i++)
        if (unique == 0 || strcmp(all[unique - 1], all[i]) != 0)
            all[unique++] = all[i];
    if (unique > IMG_WEIGHT_FILES_MAX)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "%zu shards, more than %d", unique,
                           IMG_WEIGHT_FILES_MAX);
    for (size_t i = 0; i < unique; i++) {
        all[i] = img_arena_copy(arena, all[i], strlen(all[i]), err);
        if (!all[i])
            return false;
    }
    *names = all;
    *count = unique;
    return true;
}

bool img_shards_read(const char *path, struct img_arena *arena, const char *const **names,
                     size_t *count, struct img_err *err)
{
    struct img_doc *index =
        img_doc_read(path, INDEX_MAX, INDEX_VALUES_MAX, IMG_ERR_MODEL_INVALID, err);
    if (!index)
        return false;
    const struct img_doc *map = img_doc_get(index, "weight_map");
    const char **found = NULL;
    bool ok = false;
    *count = 0;
    if (!map || img_doc_kind(map) != IMG_DOC_OBJECT || !img_doc_first(map))
        img_err_set(err, IMG_ERR_MODEL_INVALID, "weight_map is missing or empty");
    else
        ok = collect(map, arena, &found, count, err);
    *names = found;
    img_doc_free(index);
    return ok;
}
