/* Opening a model folder: its configuration, where its weights lie, and the stamps of every file
 * that decides what it computes. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model/inside.h"
#include "weights/shards.h"

enum { FILES_MAX = 1100 };

static const char *join(struct img_model *model, const char *name, struct img_err *err)
{
    return img_arena_printf(&model->arena, err, "%s/%s", model->folder, name);
}

static bool add_file(struct img_model *model, struct img_model_file *files, const char *name,
                     bool required, struct img_err *err)
{
    struct stat info;
    const char *path = join(model, name, err);
    if (!path)
        return false;
    if (stat(path, &info) != 0) {
        if (errno == ENOENT && !required)
            return true;
        return img_err_sys(err, IMG_ERR_MODEL_MISSING, errno, "%s", name);
    }
    if (model->file_count == FILES_MAX)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "more than %d files", FILES_MAX);
    files[model->file_count].path = path;
    files[model->file_count++].stamp = img_stamp_of(&info);
    return true;
}

static bool exists(struct img_model *model, const char *name, bool *yes, struct img_err *err)
{
    struct stat info;
    const char *path = join(model, name, err);
    *yes = path && stat(path, &info) == 0;
    return path != NULL;
}

static bool is_index(const char *name)
{
    size_t len = strlen(name), tail = strlen(".index.json");
    return len > tail && strcmp(name + len - tail, ".index.json") == 0;
}

static bool add_shards(struct img_model *model, struct img_model_file *files, const char *index,
                       struct img_err *err)
{
    const char *const *names = NULL;
    const char *path = join(model, index, err);
    size_t count = 0;
    if (!path || !add_file(model, files, index, true, err))
        return false;
    if (!img_shards_read(path, &model->arena, &names, &count, err))
        return img_err_in(err, "%s", index);
    const char **paths = img_arena_array(&model->arena, count, sizeof *paths, err);
    if (!paths)
        return false;
    for (size_t i = 0; i < count; i++) {
        paths[i] = join(model, names[i], err);
        if (!paths[i] || !add_file(model, files, names[i], true, err))
            return false;
    }
    model->weight_paths = paths;
    model->weight_count = count;
    return true;
}

static bool add_weights(struct img_model *model, struct img_model_file *files, struct img_err *err)
{
    static const char *const plain[] = {"model.safetensors", "model.safetensors.index.json",
                                        "pytorch_model.bin", "pytorch_model.bin.index.json", NULL};
    static const char *const open_clip[] = {"open_clip_model.safetensors",
                                            "open_clip_pytorch_model.bin", NULL};
    bool is_open_clip = model->arch.layout == IMG_LAYOUT_OPEN_CLIP;
    for (const char *const *name = is_open_clip ? open_clip : plain; *name; name++) {
        bool yes;
        if (!exists(model, *name, &yes, err))
            return false;
        if (!yes)
            continue;
        if (is_index(*name))
            return add_shards(model, files, *name, err);
        const char **paths = img_arena_array(&model->arena, 1, sizeof *paths, err);
        if (!paths)
            return false;
        paths[0] = join(model, *name, err);
        model->weight_paths = paths;
        model->weight_count = 1;
        return paths[0] && add_file(model, files, *name, true, err);
    }
    return img_err_set(err, IMG_ERR_MODEL_MISSING, "no weights: neither %s nor %s",
                       is_open_clip ? open_clip[0] : plain[0],
                       is_open_clip ? open_clip[1] : plain[2]);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct img_model_file *)a)->path,
                  ((const struct img_model_file *)b)->path);
}

static bool list_files(struct img_model *model, const char *layout_file, struct img_err *err)
{
    static const char *const beside[] = {"preprocessor_config.json", "processor_config.json",
                                         "tokenizer.json", "vocab.json", "merges.txt"};
    struct img_model_file *files = img_arena_array(&model->arena, FILES_MAX, sizeof *files, err);
    if (!files || !add_file(model, files, layout_file, true, err))
        return false;
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
        if (!add_file(model, files, beside[i], false, err))
            return false;
    if (!add_weights(model, files, err))
        return false;
    qsort(files, model->file_count, sizeof *files, by_path);
    model->files = files;
    return true;
}

/* The last part of the path as it was given; in the hub's cache (models--org--name/snapshots/rev)
 * the model's own name; of "." or "..", that of the folder it stands for. */
static const char *name_of(struct img_model *model, const char *path, struct img_err *err)
{
    static const char hub[] = "/models--", snapshots[] = "/snapshots/";
    const char *repo = strstr(path, hub);
    const char *end = repo ? strstr(repo, snapshots) : NULL;
    if (end && end[sizeof snapshots - 1]) {
        const char *begin = repo + sizeof hub - 1;
        const char *dashes = strstr(begin, "--");
        if (dashes && dashes < end)
            begin = dashes + 2;
        return img_arena_copy(&model->arena, begin, (size_t)(end - begin), err);
    }
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    size_t begin = len;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    bool dots = len - begin <= 2 && strspn(path + begin, "./") >= len - begin;
    if (dots && path != model->folder)
        return name_of(model, model->folder, err);
    return img_arena_copy(&model->arena, path + begin, len - begin, err);
}

static bool open_folder(struct img_model *model, const char *path, struct img_err *err)
{
    char real[PATH_MAX];
    struct stat info;
    const char *layout_file = NULL;
    if (!realpath(path, real) || stat(real, &info) != 0)
        return img_err_sys(err, IMG_ERR_MODEL_MISSING, errno, "cannot open folder");
    if (!S_ISDIR(info.st_mode))
        return img_err_set(err, IMG_ERR_MODEL_MISSING, "not a folder");
    model->folder = img_arena_copy(&model->arena, real, strlen(real), err);
    if (!model->folder)
        return false;
    model->name = name_of(model, path, err);
    return model->name && img_model_configure(model, model->folder, &layout_file, err) &&
           list_files(model, layout_file, err);
}

bool img_model_open(struct img_model *model, const char *path, struct img_err *err)
{
    *model = (struct img_model){0};
    if (open_folder(model, path, err))
        return true;
    img_model_close(model);
    return img_err_in(err, "model %s", path);
}

void img_model_close(struct img_model *model)
{
    img_weights_close(model->weights);
    img_arena_clear(&model->arena);
    *model = (struct img_model){0};
}
