/* Writing a seeded model folder: configuration first, then the weights it asks for. */
#include "model/synth.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/inside.h"
#include "model/names.h"
#include "model/synth_shapes.h"
#include "weights/write.h"

enum { CHUNK = 1 << 16 /* elements */, COPY_MAX = 64 << 20 /* bytes */ };

struct list {
    struct img_arena arena;
    struct img_tensor *tensors;
    size_t count, cap;
};

static bool write_file(const char *folder, const char *name, const struct img_buf *text,
                       struct img_err *err)
{
    char path[PATH_MAX];
    struct img_newfile file = {0};
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return img_err_set(err, IMG_ERR_OUTPUT, "folder name too long");
    if (!img_newfile_open(&file, path, err))
        return img_err_in(err, "%s", path);
    if (img_newfile_write(&file, text->data, text->len, err) && img_newfile_commit(&file, err))
        return true;
    img_newfile_abort(&file);
    return img_err_in(err, "%s", path);
}

static bool copy_file(const char *from, const char *folder, const char *name, struct img_err *err)
{
    char path[PATH_MAX];
    struct img_buf text = {0};
    if (snprintf(path, sizeof path, "%s/%s", from, name) >= (int)sizeof path)
        return img_err_set(err, IMG_ERR_MODEL_MISSING, "folder name too long");
    bool ok = img_file_read(path, COPY_MAX, &text, err);
    bool absent = !ok && err->code == IMG_ERR_NOT_FOUND;
    if (!ok && !absent)
        img_err_in(err, "%s", path);
    ok = ok ? write_file(folder, name, &text, err) : absent;
    img_buf_clear(&text);
    return ok;
}

static bool copy_config(const char *from, const char *folder, struct img_model *model,
                        struct img_err *err)
{
    static const char *const names[] = {
        "config.json",           "open_clip_config.json", "preprocessor_config.json",
        "processor_config.json", "tokenizer.json",        "tokenizer_config.json",
        "vocab.json",            "merges.txt"};
    const char *file;
    if (!img_model_configure(model, from, &file, err))
        return img_err_in(err, "%s", from);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!copy_file(from, folder, names[i], err))
            return false;
    return true;
}

static bool write_config(const struct img_synth_shape *shape, const char *folder,
                         struct img_model *model, struct img_err *err)
{
    struct img_buf text = {0};
    struct img_doc *doc = NULL;
    const char *file;
    bool hf = shape->layout == IMG_LAYOUT_HF;
    img_synth_config_put(shape, &text, &file);
    bool ok = img_buf_ok(&text, err);
    if (ok)
        doc = img_doc_parse(text.data, text.len, IMG_CONFIG_VALUES_MAX, IMG_ERR_MODEL_INVALID, err);
    ok = doc && (hf ? img_config_hf : img_config_open_clip)(doc, model, err) &&
         write_file(folder, file, &text, err);
    if (ok && hf) {
        img_buf_reset(&text);
        img_synth_preprocessor_put(shape, &text);
        ok = img_buf_ok(&text, err) &&
             write_file(folder, "preprocessor_config.json", &text, err);
    }
    img_doc_free(doc);
    img_buf_clear(&text);
    return ok;
}

/* Parts of one tensor (q, k, v) come one after the other; the first speaks for all. */
static bool take_piece(void *ctx, const struct img_piece *piece, struct img_err *err)
{
    struct list *list = ctx;
    if (piece->first != 0)
        return true;
    if (list->count == list->cap) {
        size_t cap = list->cap ? 2 * list->cap : 512;
        struct img_tensor *more = realloc(list->tensors, cap * sizeof *more);
        if (!more)
            return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu tensors", cap);
        list->tensors = more;
        list->cap = cap;
    }
    struct img_tensor *tensor = &list->tensors[list->count];
    *tensor = (struct img_tensor){.dtype = IMG_F32, .dims = piece->dims, .count = 1};
    for (unsigned d = 0; d < piece->dims; d++) {
        tensor->shape[d] = piece->shape[d];
        tensor->count *= piece->shape[d];
    }
    tensor->name = img_arena_copy(&list->arena, piece->name, strlen(piece->name), err);
    list->count += tensor->name != NULL;
    return tensor->name != NULL;
}

static bool write_values(struct img_newfile *file, const struct img_tensor *tensor, uint64_t seed,
                         float *chunk, struct img_err *err)
{
    for (size_t at = 0; at < tensor->count; at += CHUNK) {
        size_t n = tensor->count - at < CHUNK ? tensor->count - at : CHUNK;
        img_synth_values(tensor->name, tensor->shape, tensor->dims, seed, at, n, chunk);
        if (!img_newfile_write(file, chunk, n * sizeof *chunk, err))
            return false;
    }
    return true;
}

static bool write_tensors(struct img_newfile *file, const struct list *list, uint64_t seed,
                          struct img_err *err)
{
    float *chunk = malloc(CHUNK * sizeof *chunk);
    if (!chunk)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for weights");
    bool ok = img_safetensors_begin(file, list->tensors, list->count, err);
    for (size_t i = 0; ok && i < list->count; i++)
        ok = write_values(file, &list->tensors[i], seed, chunk, err);
    free(chunk);
    return ok;
}

static bool write_weights(const struct img_arch *arch, const char *folder, uint64_t seed,
                          struct img_err *err)
{
    char path[PATH_MAX];
    struct img_newfile file = {0};
    struct list list = {0};
    const char *name = arch->layout == IMG_LAYOUT_OPEN_CLIP ? "open_clip_model.safetensors"
                                                            : "model.safetensors";
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return img_err_set(err, IMG_ERR_OUTPUT, "folder name too long");
    bool ok = img_pieces_visit(arch, take_piece, &list, err);
    if (ok) {
        ok = img_newfile_open(&file, path, err) && write_tensors(&file, &list, seed, err) &&
             img_newfile_commit(&file, err);
        if (!ok) {
            img_newfile_abort(&file);
            img_err_in(err, "%s", path);
        }
    }
    free(list.tensors);
    img_arena_clear(&list.arena);
    return ok;
}

bool img_synth_write(const struct img_synth_spec *spec, const char *folder, struct img_err *err)
{
    struct img_model model = {0};
    const struct img_synth_shape *shape = spec->name ? img_synth_shape_find(spec->name) : NULL;
    if (spec->name && !shape)
        return img_err_set(err, IMG_ERR_USAGE, "no shape named '%s' (img-model(1) lists them)",
                           spec->name);
    if (!img_folder_make(folder, false, err))
        return false;
    bool ok = shape ? write_config(shape, folder, &model, err)
                    : copy_config(spec->config_folder, folder, &model, err);
    return ok && write_weights(&model.arch, folder, spec->seed, err);
}
