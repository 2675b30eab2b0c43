/* Which of its layouts a folder has, and its configuration read accordingly. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "model/inside.h"

bool img_config_read(const char *folder, const char *name, bool required, struct img_doc **doc,
                     struct img_err *err)
{
    char path[4096];
    *doc = NULL;
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "folder name too long");
    *doc = img_doc_read(path, IMG_CONFIG_MAX, IMG_CONFIG_VALUES_MAX, IMG_ERR_MODEL_INVALID, err);
    if (*doc && img_doc_kind(*doc) == IMG_DOC_OBJECT)
        return true;
    if (*doc) {
        img_doc_free(*doc);
        *doc = NULL;
        img_err_set(err, IMG_ERR_MODEL_INVALID, "no JSON object");
    } else if (err->code == IMG_ERR_NOT_FOUND) {
        if (!required)
            return true;
        err->code = IMG_ERR_MODEL_MISSING;
    } else if (err->code != IMG_ERR_OUT_OF_MEMORY) {
        err->code = IMG_ERR_MODEL_INVALID;
    }
    return img_err_in(err, "%s", name);
}

static bool there(const char *folder, const char *name)
{
    char path[4096];
    struct stat info;
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    return n > 0 && n < (int)sizeof path && stat(path, &info) == 0;
}

static bool has_weights(const char *folder, const char *const *names)
{
    for (; *names; names++)
        if (there(folder, *names))
            return true;
    return false;
}

/* config.json wins when it is a CLIP model's own, unless only open_clip's weights are there. */
static bool prefers_open_clip(const char *folder, const struct img_doc *config)
{
    static const char *const plain[] = {"model.safetensors", "model.safetensors.index.json",
                                        "pytorch_model.bin", "pytorch_model.bin.index.json", NULL};
    static const char *const open_clip[] = {"open_clip_model.safetensors",
                                            "open_clip_pytorch_model.bin", NULL};
    const char *type = img_doc_text(img_doc_get(config, "model_type"));
    if (!there(folder, "open_clip_config.json"))
        return false;
    if (!type || strncmp(type, "clip", 4) != 0)
        return true;
    return !has_weights(folder, plain) && has_weights(folder, open_clip);
}

static bool read_plain(const struct img_doc *config, struct img_model *model, const char *folder,
                       struct img_err *err)
{
    bool hf = img_doc_get(config, "model_type") || !img_doc_get(config, "architecture");
    if (!(hf ? img_config_hf : img_config_timm)(config, model, err))
        return img_err_in(err, "config.json");
    return !hf || model->arch.image.layers == 0 || img_preprocessor_read(folder, model, err);
}

bool img_model_configure(struct img_model *model, const char *folder, const char **layout_file,
                         struct img_err *err)
{
    struct img_doc *config = NULL, *open_clip = NULL;
    if (!img_config_read(folder, "config.json", false, &config, err))
        return false;
    bool ok;
    if (prefers_open_clip(folder, config)) {
        *layout_file = "open_clip_config.json";
        ok = img_config_read(folder, *layout_file, true, &open_clip, err) &&
             (img_config_open_clip(open_clip, model, err) || img_err_in(err, "%s", *layout_file));
    } else if (config) {
        *layout_file = "config.json";
        ok = read_plain(config, model, folder, err);
    } else {
        ok = img_err_set(err, IMG_ERR_MODEL_MISSING,
                         "neither config.json nor open_clip_config.json in the folder");
    }
    img_doc_free(config);
    img_doc_free(open_clip);
    return ok;
}
