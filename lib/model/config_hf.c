/* Hugging Face's CLIP configurations, published and older ones.
 *
 * Reference: transformers' CLIPConfig, CLIPTextConfig and CLIPVisionConfig, whose defaults stand
 * for absent keys. */
#include <string.h>

#include "model/fields.h"
#include "model/inside.h"

/* Older files carry text_config_dict and vision_config_dict beside the plain sections; where one is
 * there, it alone decides (with defaults for what it leaves out). */
static bool section(const struct img_doc *config, const char *older, const char *key,
                    const struct img_doc **out, struct img_err *err)
{
    const struct img_doc *found = img_doc_get(config, older);
    if (!found || img_doc_kind(found) == IMG_DOC_NULL)
        found = img_doc_get(config, key);
    if (found && img_doc_kind(found) == IMG_DOC_NULL)
        found = NULL;
    *out = found;
    if (found && img_doc_kind(found) != IMG_DOC_OBJECT)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "%s is no object", key);
    return true;
}

static bool read_tower(const struct img_doc *object, const struct img_tower *absent,
                       struct img_tower *tower, struct img_err *err)
{
    const char *activation;
    double epsilon;
    if (!img_field_size(object, "hidden_size", IMG_WIDTH_MAX, absent->width, &tower->width, err) ||
        !img_field_size(object, "num_hidden_layers", IMG_LAYERS_MAX, absent->layers,
                        &tower->layers, err) ||
        !img_field_size(object, "num_attention_heads", IMG_HEADS_MAX, absent->heads,
                        &tower->heads, err) ||
        !img_field_size(object, "intermediate_size", IMG_HIDDEN_MAX, absent->hidden,
                        &tower->hidden, err) ||
        !img_field_text(object, "hidden_act", "quick_gelu", &activation, err) ||
        !img_field_positive(object, "layer_norm_eps", 1e-5, &epsilon, err))
        return false;
    tower->epsilon = (float)epsilon;
    return img_activation_parse(activation, &tower->activation, err) ||
           img_err_in(err, "hidden_act");
}

static bool read_image(const struct img_doc *object, struct img_arch *arch, struct img_err *err)
{
    static const struct img_tower absent = {
        .width = 768, .layers = 12, .heads = 12, .hidden = 3072};
    uint32_t channels;
    arch->has_pre_norm = 1;
    if (!read_tower(object, &absent, &arch->image, err) ||
        !img_field_square(object, "image_size", IMG_SIZE_MAX, 224, &arch->image_size, err) ||
        !img_field_square(object, "patch_size", IMG_PATCH_MAX, 32, &arch->patch, err) ||
        !img_field_size(object, "num_channels", 64, 3, &channels, err))
        return false;
    return channels == 3 || img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                                        "num_channels %u is not supported: wanted 3", channels);
}

/* The published files say eos_token_id 2, which is no end token of theirs: there, and only there,
 * the reference pools at the highest id. */
static bool read_text(const struct img_doc *object, struct img_arch *arch, struct img_err *err)
{
    static const struct img_tower absent = {
        .width = 512, .layers = 12, .heads = 8, .hidden = 2048};
    const struct img_doc *eos = img_doc_get(object, "eos_token_id");
    int64_t id = 49407;
    if (!read_tower(object, &absent, &arch->text, err) ||
        !img_field_size(object, "max_position_embeddings", IMG_CONTEXT_MAX, 77, &arch->context,
                        err) ||
        !img_field_size(object, "vocab_size", IMG_VOCAB_MAX, 49408, &arch->vocab_size, err))
        return false;
    if (eos && (!img_doc_int(eos, &id) || id < 0 || id >= IMG_VOCAB_MAX))
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "eos_token_id is no token id");
    arch->pool_highest = id == 2;
    arch->eos_id = (uint32_t)id;
    return true;
}

/* A CLIPModel has both towers; the two "WithProjection" models have one. */
static bool read_class(const struct img_doc *config, bool *image, bool *text, struct img_err *err)
{
    const struct img_doc *first = img_doc_first(img_doc_get(config, "architectures"));
    const char *name = first ? img_doc_text(first) : "CLIPModel";
    *image = *text = true;
    if (name && strcmp(name, "CLIPVisionModelWithProjection") == 0)
        *text = false;
    else if (name && strcmp(name, "CLIPTextModelWithProjection") == 0)
        *image = false;
    else if (!name || strcmp(name, "CLIPModel") != 0)
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                           "architecture '%.80s' is not supported: wanted CLIPModel, "
                           "CLIPVisionModelWithProjection or CLIPTextModelWithProjection",
                           name ? name : "?");
    return true;
}

static bool read_sections(const struct img_doc *config, const char *type, struct img_arch *arch,
                          struct img_err *err)
{
    const struct img_doc *image = config, *text = config;
    bool has_image = strcmp(type, "clip_text_model") != 0;
    bool has_text = strcmp(type, "clip_vision_model") != 0;
    if (has_image && has_text) {
        if (!read_class(config, &has_image, &has_text, err) ||
            !section(config, "vision_config_dict", "vision_config", &image, err) ||
            !section(config, "text_config_dict", "text_config", &text, err))
            return false;
    }
    /* a model of one tower takes projection_dim from that tower's own section */
    const struct img_doc *owner = has_image && has_text ? config : has_image ? image : text;
    return (!has_image || read_image(image, arch, err) || img_err_in(err, "vision_config")) &&
           (!has_text || read_text(text, arch, err) || img_err_in(err, "text_config")) &&
           img_field_size(owner, "projection_dim", IMG_WIDTH_MAX, 512, &arch->dimension, err);
}

bool img_config_hf(const struct img_doc *config, struct img_model *model, struct img_err *err)
{
    struct img_arch *arch = &model->arch;
    const char *type;
    double scale;
    if (!img_field_text(config, "model_type", "", &type, err))
        return false;
    if (type[0] == '\0')
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "neither model_type (Hugging Face) nor architecture (timm)");
    if (strcmp(type, "clip") != 0 && strcmp(type, "clip_vision_model") != 0 &&
        strcmp(type, "clip_text_model") != 0)
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                           "model_type '%.80s' is not supported: wanted clip (Hugging Face's or "
                           "open_clip's CLIP) or a plain timm vit",
                           type);
    *arch = (struct img_arch){.layout = IMG_LAYOUT_HF, .has_projection = 1};
    if (!read_sections(config, type, arch, err) ||
        !img_field_positive(config, "logit_scale_init_value", 2.6592, &scale, err))
        return false;
    arch->logit_scale_default = (float)scale;
    model->tokenizer_family = IMG_TOKENIZER_HF;
    img_prep_clip(&model->prep, arch->image_size, IMG_CROP_DOWN);
    return img_arch_check(arch, err);
}
