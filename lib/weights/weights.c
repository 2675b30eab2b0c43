/* A checkpoint: its files mapped, each read by what it holds, its tensors sorted by name. */
#include "weights/weights.h"

#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "weights/inside.h"

/* What a file that is neither safetensors nor a zip container may be, by its first bytes. */
static bool refuse_kind(const struct img_map *map, struct img_err *err)
{
    static const char lfs[] = "version https://git-lfs";
    if (map->size == 0)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "empty");
    if (map->size >= sizeof lfs - 1 && memcmp(map->data, lfs, sizeof lfs - 1) == 0)
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "a git-lfs pointer, not the weights: fetch the real file");
    if (map->size < 9 || map->data[8] == '{')
        return true;
    if (map->data[0] == 0x80)
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "a bare pickle, PyTorch's format before 1.6, which is not read");
    if (map->size >= 262 && memcmp(map->data + 257, "ustar", 5) == 0)
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "a tar archive, PyTorch's format before 0.2, which is not read");
    return true;
}

static bool read_file(struct img_weights *weights, const struct img_map *map, struct img_err *err)
{
    if (map->size >= 4 && memcmp(map->data, "PK\3\4", 4) == 0)
        return img_checkpoint_read(weights, map, err);
    return refuse_kind(map, err) && img_safetensors_read(weights, map, err);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct img_tensor *)a)->name, ((const struct img_tensor *)b)->name);
}

static bool sort_tensors(struct img_weights *weights, struct img_err *err)
{
    if (weights->count > 0)
        qsort(weights->tensors, weights->count, sizeof *weights->tensors, by_name);
    for (size_t i = 1; i < weights->count; i++)
        if (by_name(&weights->tensors[i - 1], &weights->tensors[i]) == 0)
            return img_err_set(err, IMG_ERR_MODEL_INVALID, "tensor '%s' is there twice",
                               weights->tensors[i].name);
    return true;
}

static bool open_file(struct img_weights *weights, const char *path, struct img_err *err)
{
    const char *slash = strrchr(path, '/');
    struct img_map *map = &weights->maps[weights->map_count];
    if (!img_map_open(map, path, err)) {
        if (err->code != IMG_ERR_OUT_OF_MEMORY)
            err->code = err->code == IMG_ERR_NOT_FOUND ? IMG_ERR_MODEL_MISSING
                                                       : IMG_ERR_MODEL_INVALID;
        return img_err_in(err, "%s", path);
    }
    weights->map_count++;
    return read_file(weights, map, err) || img_err_in(err, "%s", slash ? slash + 1 : path);
}

bool img_weights_open(struct img_weights **weights, const char *const *paths, size_t count,
                      struct img_err *err)
{
    *weights = NULL;
    if (count > IMG_WEIGHT_FILES_MAX)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "%zu weight files, more than %d", count,
                           IMG_WEIGHT_FILES_MAX);
    struct img_weights *w = calloc(1, sizeof *w);
    if (w)
        w->maps = calloc(count > 0 ? count : 1, sizeof *w->maps);
    bool ok = w && w->maps;
    if (!ok)
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a list of weight files");
    for (size_t i = 0; ok && i < count; i++)
        ok = open_file(w, paths[i], err);
    if (!ok || !sort_tensors(w, err)) {
        img_weights_close(w);
        return false;
    }
    *weights = w;
    return true;
}

const struct img_tensor *img_weights_find(const struct img_weights *weights, const char *name)
{
    struct img_tensor key = {.name = name};
    if (weights->count == 0)
        return NULL;
    return bsearch(&key, weights->tensors, weights->count, sizeof key, by_name);
}

size_t img_weights_count(const struct img_weights *weights)
{
    return weights->count;
}

const struct img_tensor *img_weights_at(const struct img_weights *weights, size_t index)
{
    return &weights->tensors[index];
}

void img_weights_close(struct img_weights *weights)
{
    if (!weights)
        return;
    for (size_t i = 0; i < weights->map_count; i++)
        img_map_close(&weights->maps[i]);
    free(weights->maps);
    free(weights->tensors);
    img_arena_clear(&weights->arena);
    free(weights);
}

bool img_tensor_bytes(const size_t *shape, unsigned dims, size_t element, size_t *count,
                      size_t *bytes)
{
    *count = 1;
    if (dims > IMG_DIMS_MAX)
        return false;
    for (unsigned d = 0; d < dims; d++)
        if (!img_size_mul(*count, shape[d], count))
            return false;
    return img_size_mul(*count, element, bytes);
}

bool img_weights_add(struct img_weights *weights, const struct img_tensor *tensor,
                     const char *name, size_t len, struct img_err *err)
{
    if (len > IMG_TENSOR_NAME_MAX || memchr(name, '\0', len))
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "a tensor's name of %zu bytes (at most %d, no NUL)", len,
                           IMG_TENSOR_NAME_MAX);
    if (weights->count == IMG_TENSORS_MAX)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "more than %d tensors", IMG_TENSORS_MAX);
    if (weights->count == weights->cap) {
        size_t cap = weights->cap ? 2 * weights->cap : 512;
        struct img_tensor *more = realloc(weights->tensors, cap * sizeof *more);
        if (!more)
            return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu tensors", cap);
        weights->tensors = more;
        weights->cap = cap;
    }
    char *copy = img_arena_copy(&weights->arena, name, len, err);
    if (!copy)
        return false;
    weights->tensors[weights->count] = *tensor;
    weights->tensors[weights->count++].name = copy;
    return true;
}
