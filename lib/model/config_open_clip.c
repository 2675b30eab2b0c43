/* open_clip_config.json: CLIP with a plain ViT as open_clip builds it. What changes the computation
 * and is not built here is refused by its key.
 *
 * Reference: open_clip's CLIPVisionCfg and CLIPTextCfg, whose defaults stand for absent keys. */
#include <stdio.h>
#include <string.h>

#include "model/fields.h"
#include "model/inside.h"

/* Keys that are read below, or that change nothing in a plain tower at inference. Any other key may
 * stay only while it says nothing (null, false, 0, empty). */
static const char known_model[] = " embed_dim vision_cfg text_cfg quick_gelu cast_dtype "
                                  "init_logit_scale ";
static const char known_image[] =
    " layers width head_width mlp_ratio patch_size image_size patch_dropout no_ln_pre "
    "pos_embed_type final_ln_after_pool pool_type output_tokens norm_kwargs attn_pooler_queries "
    "attn_pooler_heads timm_model_pretrained timm_pool timm_proj timm_proj_bias timm_drop "
    "timm_drop_path ";
static const char known_text[] =
    " context_length vocab_size width heads layers mlp_ratio pad_id eos_id final_ln_after_pool "
    "pool_type proj_type output_tokens norm_kwargs hf_model_pretrained hf_proj_type "
    "hf_pooler_type ";
static const char known_prep[] = " size mode mean std interpolation resize_mode fill_color ";

static bool is_known(const char *known, const char *key)
{
    char word[64];
    int n = snprintf(word, sizeof word, " %s ", key);
    return n < (int)sizeof word && strstr(known, word);
}

static bool check_keys(const struct img_doc *object, const char *known, struct img_err *err)
{
    for (const struct img_doc *it = img_doc_first(object); it; it = img_doc_next(it)) {
        const char *key = img_doc_name(it), *text = img_doc_text(it);
        if (is_known(known, key) || img_field_idle(object, key))
            continue;
        if (text)
            return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                               "%.60s '%.80s' is not supported: wanted open_clip's own plain "
                               "transformers",
                               key, text);
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED, "%.60s is not supported", key);
    }
    return true;
}

static bool read_norm(const struct img_doc *object, struct img_tower *tower, struct img_err *err)
{
    const struct img_doc *norm = img_doc_get(object, "norm_kwargs");
    double epsilon;
    for (const struct img_doc *it = img_doc_first(norm); it; it = img_doc_next(it))
        if (strcmp(img_doc_name(it), "eps") != 0)
            return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED, "norm_kwargs %.60s is not supported",
                               img_doc_name(it));
    if (!img_field_positive(norm, "eps", 1e-5, &epsilon, err))
        return img_err_in(err, "norm_kwargs");
    tower->epsilon = (float)epsilon;
    return true;
}

static bool read_tower(const struct img_doc *object, const struct img_tower *absent,
                       struct img_tower *tower, struct img_err *err)
{
    double ratio;
    if (!img_field_size(object, "width", IMG_WIDTH_MAX, absent->width, &tower->width, err) ||
        !img_field_size(object, "layers", IMG_LAYERS_MAX, absent->layers, &tower->layers, err) ||
        !img_field_positive(object, "mlp_ratio", 4, &ratio, err))
        return false;
    double hidden = tower->width * ratio; /* as Python's int(): cut, not rounded */
    if (!(hidden >= 1 && hidden <= IMG_HIDDEN_MAX))
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "mlp_ratio %g is out of range", ratio);
    tower->hidden = (uint32_t)hidden;
    return read_norm(object, tower, err);
}

static bool read_image(const struct img_doc *object, struct img_arch *arch, struct img_err *err)
{
    static const struct img_tower absent = {.width = 768, .layers = 12};
    const struct img_doc *layers = img_doc_get(object, "layers");
    uint32_t head;
    bool no_pre_norm;
    if (layers && img_doc_kind(layers) == IMG_DOC_ARRAY)
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                           "layers is a list (a ResNet tower), which is not supported: wanted a "
                           "ViT");
    if (!check_keys(object, known_image, err) ||
        !img_field_choice(object, "pool_type", "tok", err) ||
        !img_field_choice(object, "pos_embed_type", "learnable", err) ||
        !read_tower(object, &absent, &arch->image, err) ||
        !img_field_size(object, "head_width", IMG_WIDTH_MAX, 64, &head, err) ||
        !img_field_square(object, "image_size", IMG_SIZE_MAX, 224, &arch->image_size, err) ||
        !img_field_square(object, "patch_size", IMG_PATCH_MAX, 16, &arch->patch, err) ||
        !img_field_bool(object, "no_ln_pre", false, &no_pre_norm, err))
        return false;
    arch->has_pre_norm = !no_pre_norm;
    arch->image.heads = arch->image.width / head;
    if (arch->image.heads > IMG_HEADS_MAX)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "head_width %u is out of range", head);
    return true;
}

static bool read_text(const struct img_doc *object, struct img_arch *arch, struct img_err *err)
{
    static const struct img_tower absent = {.width = 512, .layers = 12};
    arch->pool_highest = 1;
    return check_keys(object, known_text, err) &&
           img_field_choice(object, "pool_type", "argmax", err) &&
           img_field_choice(object, "proj_type", "linear", err) &&
           read_tower(object, &absent, &arch->text, err) &&
           img_field_size(object, "heads", IMG_HEADS_MAX, 8, &arch->text.heads, err) &&
           img_field_size(object, "context_length", IMG_CONTEXT_MAX, 77, &arch->context, err) &&
           img_field_size(object, "vocab_size", IMG_VOCAB_MAX, 49408, &arch->vocab_size, err);
}

/* The picture's side is the model's, whatever size preprocess_cfg has, as in the reference. */
static bool read_prep(const struct img_doc *object, struct img_model *model, struct img_err *err)
{
    img_prep_clip(&model->prep, model->arch.image_size, IMG_CROP_HALF_EVEN);
    return check_keys(object, known_prep, err) &&
           img_field_choice(object, "interpolation", "bicubic", err) &&
           img_field_choice(object, "resize_mode", "shortest", err) &&
           img_field_choice(object, "mode", "RGB", err) &&
           img_field_triple(object, "mean", false, model->prep.mean, err) &&
           img_field_triple(object, "std", true, model->prep.std, err);
}

static bool read_model(const struct img_doc *object, struct img_arch *arch, struct img_err *err)
{
    const struct img_doc *image = img_doc_get(object, "vision_cfg");
    const struct img_doc *text = img_doc_get(object, "text_cfg");
    bool quick;
    if (!object || !image || !text || !img_doc_get(object, "embed_dim"))
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "wanted embed_dim, vision_cfg and text_cfg");
    if (!check_keys(object, known_model, err) ||
        !img_field_size(object, "embed_dim", IMG_WIDTH_MAX, 512, &arch->dimension, err) ||
        !img_field_bool(object, "quick_gelu", false, &quick, err))
        return false;
    arch->image.activation = arch->text.activation = quick ? IMG_QUICK_GELU : IMG_GELU;
    return (read_image(image, arch, err) || img_err_in(err, "vision_cfg")) &&
           (read_text(text, arch, err) || img_err_in(err, "text_cfg"));
}

bool img_config_open_clip(const struct img_doc *config, struct img_model *model,
                          struct img_err *err)
{
    model->arch = (struct img_arch){
        .layout = IMG_LAYOUT_OPEN_CLIP, .has_projection = 1, .logit_scale_default = 2.6592600f};
    model->tokenizer_family = IMG_TOKENIZER_OPEN_CLIP;
    return (read_model(img_doc_get(config, "model_cfg"), &model->arch, err) ||
            img_err_in(err, "model_cfg")) &&
           (read_prep(img_doc_get(config, "preprocess_cfg"), model, err) ||
            img_err_in(err, "preprocess_cfg")) &&
           img_arch_check(&model->arch, err);
}
