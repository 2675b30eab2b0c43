/* timm's plain vision transformers: the architecture's name says the shape, pretrained_cfg the
 * preprocessing.
 *
 * Reference: timm's vision_transformer and its evaluation transform (resize to the floor of
 * size / crop_pct, crop rounded half to even). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/fields.h"
#include "model/inside.h"

static const struct {
    const char *name;
    uint32_t width, layers, heads, hidden;
} sizes[] = {
    {"tiny", 192, 12, 3, 768},     {"small", 384, 12, 6, 1536},   {"base", 768, 12, 12, 3072},
    {"large", 1024, 24, 16, 4096}, {"huge", 1280, 32, 16, 5120},  {"giant", 1408, 40, 16, 6144},
    {"gigantic", 1664, 48, 16, 8192},
};

/* vit_SIZE_patchP_N, with nothing more to it (timm's variants have more: _clip_, _siglip_, reg4 …;
 * a training tag behind a dot is no part of the architecture). */
static bool parse_name(const char *name, struct img_arch *arch)
{
    char size[16] = "", rest[2] = "";
    unsigned patch = 0, side = 0;
    int n = sscanf(name, "vit_%15[a-z]_patch%4u_%5u%1s", size, &patch, &side, rest);
    if (n < 3 || (n == 4 && rest[0] != '.') || patch < 1 || patch > IMG_PATCH_MAX || side < 1 ||
        side > IMG_SIZE_MAX)
        return false;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (strcmp(size, sizes[i].name) != 0)
            continue;
        arch->image = (struct img_tower){.width = sizes[i].width,
                                         .layers = sizes[i].layers,
                                         .heads = sizes[i].heads,
                                         .hidden = sizes[i].hidden,
                                         .activation = IMG_GELU,
                                         .epsilon = 1e-6f};
        arch->patch = patch;
        arch->image_size = side;
        arch->dimension = sizes[i].width;
        return true;
    }
    return false;
}

static bool read_prep(const struct img_doc *object, struct img_model *model, struct img_err *err)
{
    struct img_model_prep *prep = &model->prep;
    double crop;
    *prep = (struct img_model_prep){.size = model->arch.image_size, .crop = IMG_CROP_HALF_EVEN};
    if (!img_doc_get(object, "mean") || !img_doc_get(object, "std"))
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "wanted mean and std");
    if (!img_field_triple(object, "mean", false, prep->mean, err) ||
        !img_field_triple(object, "std", true, prep->std, err) ||
        !img_field_positive(object, "crop_pct", 0.875, &crop, err) ||
        !img_field_choice(object, "interpolation", "bicubic", err) ||
        !img_field_choice(object, "crop_mode", "center", err))
        return false;
    double resize = floor(prep->size / crop);
    if (!(resize >= prep->size && resize <= 4 * (double)IMG_SIZE_MAX))
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                           "crop_pct %g is not supported: wanted one above 0.25, at most 1", crop);
    prep->resize = (uint32_t)resize;
    return true;
}

static bool read_classes(const struct img_doc *config, const struct img_doc *pretrained,
                         uint32_t *classes, struct img_err *err)
{
    const struct img_doc *value = img_doc_get(config, "num_classes");
    int64_t number = 0;
    if (!value)
        value = img_doc_get(pretrained, "num_classes");
    if (value && (!img_doc_int(value, &number) || number < 0 || number > IMG_CLASSES_MAX))
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "num_classes is out of range");
    *classes = (uint32_t)number;
    return true;
}

bool img_config_timm(const struct img_doc *config, struct img_model *model, struct img_err *err)
{
    struct img_arch *arch = &model->arch;
    const struct img_doc *pretrained = img_doc_get(config, "pretrained_cfg");
    const char *name;
    if (!pretrained || img_doc_kind(pretrained) != IMG_DOC_OBJECT)
        pretrained = config; /* as older folders have it */
    if (!img_field_text(config, "architecture", "", &name, err))
        return false;
    *arch = (struct img_arch){.layout = IMG_LAYOUT_TIMM, .has_patch_bias = 1};
    model->tokenizer_family = IMG_TOKENIZER_HF;
    if (!parse_name(name, arch))
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                           "architecture '%.80s' is not supported: wanted timm's plain ViTs "
                           "(vit_tiny_patch16_224 and its siblings)",
                           name);
    if (!img_field_idle(config, "model_args"))
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED, "model_args is not supported");
    if (!img_field_choice(config, "global_pool", "token", err) ||
        !img_field_square(pretrained, "input_size", IMG_SIZE_MAX, arch->image_size,
                          &arch->image_size, err) ||
        !read_classes(config, pretrained, &arch->classes, err))
        return false;
    return (read_prep(pretrained, model, err) || img_err_in(err, "pretrained_cfg")) &&
           img_arch_check(arch, err);
}
