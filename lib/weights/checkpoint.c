/* PyTorch's checkpoint since 1.6: a zip container with a pickle (data.pkl) that names tensors, and
 * a member for the bytes of each storage (data/KEY). */
#include <stdio.h>
#include <string.h>

#include "weights/inside.h"
#include "weights/unpickle.h"
#include "weights/zip.h"

enum { PATH_ROOM = 512 };

struct reader {
    struct img_weights *weights;
    const struct img_zip *zip;
    const char *folder; /* the container's one folder, with its slash */
    size_t folder_len;
    size_t copied, copy_most; /* bytes of tensors that had to be made contiguous */
};

static bool bad(struct img_err *err, const char *what)
{
    return img_err_set(err, IMG_ERR_MODEL_INVALID, "%s", what);
}

static const struct img_zip_entry *member(const struct reader *r, const char *kind,
                                          const char *name, size_t len)
{
    char path[PATH_ROOM];
    int n = snprintf(path, sizeof path, "%.*s%s%.*s", (int)r->folder_len, r->folder, kind,
                     (int)(len < PATH_ROOM ? len : PATH_ROOM), name);
    return n > 0 && n < PATH_ROOM ? img_zip_find(r->zip, path, (size_t)n) : NULL;
}

/* The highest element a tensor reaches must lie in its storage. */
static bool check_reach(const struct img_pickled *t, struct img_err *err)
{
    size_t last = t->offset;
    for (unsigned d = 0; d < t->dims; d++) {
        size_t step;
        if (t->shape[d] == 0)
            return true;
        if (__builtin_mul_overflow(t->shape[d] - 1, t->stride[d], &step) ||
            __builtin_add_overflow(last, step, &last))
            return bad(err, "strides overflow");
    }
    return last < t->numel || img_err_set(err, IMG_ERR_MODEL_INVALID,
                                          "reaches element %zu of a storage of %zu", last,
                                          t->numel);
}

static bool contiguous(const struct img_pickled *t)
{
    size_t step = 1;
    for (unsigned d = t->dims; d-- > 0;) {
        if (t->shape[d] != 1 && t->stride[d] != step)
            return false;
        step *= t->shape[d];
    }
    return true;
}

/* Gathers a strided tensor into the weights' arena. Expanded ones could claim any size, so all
 * copies together stay below the size of the file. */
static bool gather(struct reader *r, const struct img_pickled *t, const unsigned char *from,
                   struct img_tensor *tensor, size_t bytes, struct img_err *err)
{
    size_t index[IMG_DIMS_MAX] = {0};
    if (bytes > r->copy_most - r->copied)
        return bad(err, "strides make more of it than the file holds");
    unsigned char *out = img_arena_alloc(&r->weights->arena, bytes, err);
    if (!out)
        return false;
    r->copied += bytes;
    tensor->data = out;
    for (size_t i = 0; i < tensor->count; i++) {
        size_t at = 0;
        for (unsigned d = 0; d < t->dims; d++)
            at += index[d] * t->stride[d];
        memcpy(out + i * t->element, from + at * t->element, t->element);
        for (unsigned d = t->dims; d-- > 0 && ++index[d] == t->shape[d];)
            index[d] = 0;
    }
    return true;
}

static bool place(struct reader *r, const struct img_pickled *t, struct img_tensor *tensor,
                  struct img_err *err)
{
    size_t bytes, stored;
    const struct img_zip_entry *storage = member(r, "data/", t->key, t->key_len);
    if (!storage)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "storage '%.*s' is missing",
                           (int)(t->key_len < 60 ? t->key_len : 60), t->key);
    if (__builtin_mul_overflow(t->numel, t->element, &stored) || stored != storage->size)
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "a storage of %zu elements has %zu bytes, wanted %zu each", t->numel,
                           storage->size, t->element);
    if (!img_tensor_bytes(t->shape, t->dims, t->element, &tensor->count, &bytes))
        return bad(err, "shape overflows");
    if (!check_reach(t, err))
        return false;
    if (tensor->count == 0) {
        tensor->data = storage->data;
        return true;
    }
    const unsigned char *from = storage->data + t->offset * t->element;
    tensor->data = from;
    return contiguous(t) || gather(r, t, from, tensor, bytes, err);
}

static bool take_tensor(void *ctx, const struct img_pickled *t, struct img_err *err)
{
    struct reader *r = ctx;
    struct img_tensor tensor = {.dtype = t->dtype, .dims = t->dims};
    memcpy(tensor.shape, t->shape, t->dims * sizeof *t->shape);
    if (!place(r, t, &tensor, err))
        return img_err_in(err, "tensor '%.*s'", (int)(t->name_len < 200 ? t->name_len : 200),
                          t->name);
    return img_weights_add(r->weights, &tensor, t->name, t->name_len, err);
}

/* Members lie in one folder, whose name is the writer's choice. */
static const struct img_zip_entry *find_pickle(const struct img_zip *zip, struct reader *r)
{
    static const char name[] = "data.pkl";
    for (size_t i = 0; i < zip->count; i++) {
        const struct img_zip_entry *entry = &zip->entries[i];
        size_t tail = sizeof name - 1;
        const char *slash = memchr(entry->name, '/', entry->name_len);
        if (!slash || entry->name_len - (size_t)(slash + 1 - entry->name) != tail ||
            memcmp(slash + 1, name, tail) != 0)
            continue;
        r->folder = entry->name;
        r->folder_len = (size_t)(slash + 1 - entry->name);
        return entry;
    }
    return NULL;
}

static bool read_zip(struct reader *r, struct img_err *err)
{
    static const char big[] = "big";
    const struct img_zip_entry *pickle = find_pickle(r->zip, r);
    if (!pickle)
        return bad(err, "a zip archive without data.pkl: no PyTorch checkpoint");
    const struct img_zip_entry *order = member(r, "byteorder", "", 0);
    if (order && order->size == sizeof big - 1 && memcmp(order->data, big, sizeof big - 1) == 0)
        return bad(err, "written on a big-endian machine, which is not read");
    return img_unpickle(pickle->data, pickle->size, take_tensor, r, err);
}

bool img_checkpoint_read(struct img_weights *weights, const struct img_map *map,
                         struct img_err *err)
{
    struct img_zip zip;
    if (!img_zip_open(&zip, map->data, map->size, err))
        return false;
    struct reader r = {.weights = weights, .zip = &zip, .copy_most = map->size};
    bool ok = read_zip(&r, err);
    img_zip_close(&zip);
    return ok;
}
