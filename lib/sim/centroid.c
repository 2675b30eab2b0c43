/* Embedding examples and adding them up. */
#include "sim/centroid.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "input/walk.h"
#include "pipeline/records.h"

enum { BLOCK = 64 };

struct examples {
    const struct img_sim_context *context;
    struct img_arena block; /* of the pictures in hand */
    struct img_item items[BLOCK];
    size_t count;
    size_t dimension, taken;
    double *sum;
};

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Adds a name to the list if it is a folder's. */
static bool take_name(const char *folder, const struct dirent *entry, struct img_arena *arena,
                      struct img_labels *labels, struct img_err *err)
{
    struct stat info;
    const char *path = img_arena_printf(arena, err, "%s/%s", folder, entry->d_name);
    if (!path)
        return false;
    if (entry->d_name[0] == '.' || stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return true;
    if (labels->count == IMG_LABELS_MAX)
        return img_err_set(err, IMG_ERR_USAGE, "more than %d labels", IMG_LABELS_MAX);
    const char *name = img_arena_copy(arena, entry->d_name, strlen(entry->d_name), err);
    if (name)
        labels->names[labels->count++] = name;
    return name != NULL;
}

static bool list_labels(const char *folder, struct img_arena *arena, struct img_labels *labels,
                        struct img_err *err)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return img_err_sys(err, IMG_ERR_USAGE, errno, "cannot read the folder");
    bool ok = true;
    for (struct dirent *entry; ok && (entry = readdir(dir)) != NULL;)
        ok = take_name(folder, entry, arena, labels, err);
    closedir(dir);
    if (ok && labels->count == 0)
        ok = img_err_set(err, IMG_ERR_USAGE, "there is no folder in it, each of which is a label");
    if (ok)
        qsort(labels->names, labels->count, sizeof *labels->names, compare);
    return ok;
}

static void add(struct examples *e, const float *vector)
{
    double length = 0;
    for (size_t i = 0; i < e->dimension; i++)
        length += (double)vector[i] * vector[i];
    length = sqrt(length);
    if (!(length > 0))
        return;
    for (size_t i = 0; i < e->dimension; i++)
        e->sum[i] += vector[i] / length;
    e->taken++;
}

static bool embed(struct examples *e, struct img_err *err)
{
    const struct img_sim_context *c = e->context;
    bool ok = e->count == 0 || img_sim_model_embed(c->model, e->items, e->count, &e->block, err);
    for (size_t i = 0; ok && i < e->count; i++) {
        if (e->items[i].encoded) {
            add(e, e->items[i].embedding);
        } else {
            img_item_report(&e->items[i], &c->cli->report);
            c->tally->failed++;
        }
    }
    e->count = 0;
    img_arena_reset(&e->block);
    return ok;
}

static bool take_file(struct examples *e, const char *path, struct img_err *err)
{
    size_t len = strlen(path);
    const char *copy = img_arena_copy(&e->block, path, len, err);
    if (!copy)
        return false;
    e->items[e->count] = (struct img_item){0};
    img_item_take_path(&e->items[e->count++], copy, len);
    return e->count < BLOCK || embed(e, err);
}

/* The mean direction of a folder's pictures. */
static bool make_one(struct examples *e, const char *path, float *to, struct img_err *err)
{
    struct img_walk *walk = img_walk_new(path, true, err);
    const char *file = NULL;
    bool ok = walk != NULL;
    e->taken = 0;
    memset(e->sum, 0, e->dimension * sizeof *e->sum);
    while (ok && (ok = img_walk_next(walk, &file, err)) && file)
        ok = take_file(e, file, err);
    ok = ok && embed(e, err);
    img_walk_free(walk);
    if (!ok)
        return false;
    double length = 0;
    for (size_t i = 0; i < e->dimension; i++)
        length += e->sum[i] * e->sum[i];
    length = sqrt(length);
    if (e->taken == 0 || !(length > 0))
        return img_err_set(err, IMG_ERR_USAGE, "there is no picture in it that can be embedded");
    for (size_t i = 0; i < e->dimension; i++)
        to[i] = (float)(e->sum[i] / length);
    return true;
}

static bool make_all(struct examples *e, const char *folder, struct img_arena *arena,
                     const struct img_labels *labels, float *vectors, struct img_err *err)
{
    for (size_t i = 0; i < labels->count; i++) {
        const char *path = img_arena_printf(arena, err, "%s/%s", folder, labels->names[i]);
        if (!path)
            return false;
        if (!make_one(e, path, vectors + i * e->dimension, err)) {
            if (err->code == IMG_OK)
                return false;
            if (img_code_exit(err->code) == IMG_EXIT_INPUT)
                err->code = IMG_ERR_USAGE;
            return img_err_in(err, "--examples: %s", path);
        }
    }
    return true;
}

bool img_centroids_make(const struct img_sim_context *context, const char *folder,
                        struct img_arena *arena, struct img_labels *labels,
                        const float **vectors, struct img_err *err)
{
    size_t dimension = context->model->facts.dimension;
    *labels = (struct img_labels){0};
    labels->names = img_arena_array(arena, IMG_LABELS_MAX, sizeof *labels->names, err);
    if (!labels->names)
        return false;
    if (!list_labels(folder, arena, labels, err))
        return img_err_in(err, "--examples: %s", folder);
    struct examples *e = calloc(1, sizeof *e);
    float *means = img_arena_array(arena, labels->count * dimension, sizeof *means, err);
    bool ok = e && means;
    if (ok) {
        e->context = context;
        e->dimension = dimension;
        e->sum = img_arena_array(arena, dimension, sizeof *e->sum, err);
        ok = e->sum && make_all(e, folder, arena, labels, means, err);
        img_arena_clear(&e->block);
    } else if (!e) {
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for examples");
    }
    free(e);
    *vectors = means;
    return ok;
}
