/* Shapes by name and their configurations. */
#include "model/synth_shapes.h"

#include <string.h>

#include "model/synth.h"

#define HF IMG_LAYOUT_HF
#define OPEN IMG_LAYOUT_OPEN_CLIP
#define QUICK IMG_QUICK_GELU
#define GELU IMG_GELU

static const struct img_synth_shape shapes[] = {
    {"clip-vit-base-patch32", "hf-vit-b32", HF, QUICK, 512, 224, 32, {768, 12, 12}, {512, 12, 8}},
    {"clip-vit-base-patch16", "hf-vit-b16", HF, QUICK, 512, 224, 16, {768, 12, 12}, {512, 12, 8}},
    {"clip-vit-large-patch14", "hf-vit-l14", HF, QUICK, 768, 224, 14, {1024, 24, 16},
     {768, 12, 12}},
    {"clip-vit-large-patch14-336", NULL, HF, QUICK, 768, 336, 14, {1024, 24, 16}, {768, 12, 12}},
    {"clip-tiny", "hf-tiny", HF, QUICK, 40, 70, 14, {48, 3, 3}, {32, 2, 2}},
    {"ViT-B-32", "open-clip-vit-b32", OPEN, GELU, 512, 224, 32, {768, 12, 12}, {512, 12, 8}},
    {"ViT-B-32-quickgelu", NULL, OPEN, QUICK, 512, 224, 32, {768, 12, 12}, {512, 12, 8}},
    {"ViT-B-16", "open-clip-vit-b16", OPEN, GELU, 512, 224, 16, {768, 12, 12}, {512, 12, 8}},
    {"ViT-L-14", NULL, OPEN, GELU, 768, 224, 14, {1024, 24, 16}, {768, 12, 12}},
    {"open-clip-tiny", NULL, OPEN, GELU, 40, 70, 14, {48, 3, 3}, {32, 2, 2}},
    {"open-clip-tiny-quickgelu", NULL, OPEN, QUICK, 40, 70, 14, {48, 3, 3}, {32, 2, 2}},
};

enum { CONTEXT = 77, VOCABULARY = 49408 };

static const char means[] = "[0.48145466,0.4578275,0.40821073]";
static const char deviations[] = "[0.26862954,0.26130258,0.27577711]";

const char *img_synth_name(size_t index)
{
    return index < sizeof shapes / sizeof *shapes ? shapes[index].name : NULL;
}

const struct img_synth_shape *img_synth_shape_find(const char *name)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (strcmp(shapes[i].name, name) == 0 ||
            (shapes[i].alias && strcmp(shapes[i].alias, name) == 0))
            return &shapes[i];
    return NULL;
}

static void put_hf_tower(struct img_buf *out, enum img_activation activation, unsigned width,
                         unsigned layers, unsigned heads)
{
    img_buf_printf(out,
                   "\"hidden_act\":\"%s\",\"hidden_size\":%u,\"intermediate_size\":%u,"
                   "\"layer_norm_eps\":1e-05,\"num_attention_heads\":%u,\"num_hidden_layers\":%u,",
                   activation == IMG_QUICK_GELU ? "quick_gelu" : "gelu", width, 4 * width, heads,
                   layers);
}

static void put_hf(struct img_buf *out, const struct img_synth_shape *s)
{
    img_buf_printf(out,
                   "{\"architectures\":[\"CLIPModel\"],\"logit_scale_init_value\":2.6592,"
                   "\"model_type\":\"clip\",\"projection_dim\":%u,\"text_config\":{",
                   s->dimension);
    put_hf_tower(out, s->activation, s->text.width, s->text.layers, s->text.heads);
    img_buf_printf(out,
                   "\"bos_token_id\":49406,\"eos_token_id\":2,\"max_position_embeddings\":%u,"
                   "\"model_type\":\"clip_text_model\",\"projection_dim\":%u,\"vocab_size\":%u},"
                   "\"vision_config\":{",
                   (unsigned)CONTEXT, s->dimension, (unsigned)VOCABULARY);
    put_hf_tower(out, s->activation, s->image.width, s->image.layers, s->image.heads);
    img_buf_printf(out,
                   "\"image_size\":%u,\"model_type\":\"clip_vision_model\",\"num_channels\":3,"
                   "\"patch_size\":%u,\"projection_dim\":%u}}\n",
                   s->size, s->patch, s->dimension);
}

static void put_open_clip(struct img_buf *out, const struct img_synth_shape *s)
{
    img_buf_printf(out,
                   "{\"model_cfg\":{\"embed_dim\":%u,%s\"vision_cfg\":{\"image_size\":%u,"
                   "\"layers\":%u,\"width\":%u,\"head_width\":%u,\"patch_size\":%u},"
                   "\"text_cfg\":{\"context_length\":%u,\"vocab_size\":%u,\"width\":%u,"
                   "\"heads\":%u,\"layers\":%u}},",
                   s->dimension, s->activation == IMG_QUICK_GELU ? "\"quick_gelu\":true," : "",
                   s->size, s->image.layers, s->image.width, s->image.width / s->image.heads,
                   s->patch, (unsigned)CONTEXT, (unsigned)VOCABULARY, s->text.width, s->text.heads,
                   s->text.layers);
    img_buf_printf(out,
                   "\"preprocess_cfg\":{\"mean\":%s,\"std\":%s,\"interpolation\":\"bicubic\","
                   "\"resize_mode\":\"shortest\",\"size\":[%u,%u]}}\n",
                   means, deviations, s->size, s->size);
}

void img_synth_config_put(const struct img_synth_shape *shape, struct img_buf *out,
                          const char **file)
{
    bool hf = shape->layout == IMG_LAYOUT_HF;
    *file = hf ? "config.json" : "open_clip_config.json";
    (hf ? put_hf : put_open_clip)(out, shape);
}

void img_synth_preprocessor_put(const struct img_synth_shape *shape, struct img_buf *out)
{
    img_buf_printf(out,
                   "{\"crop_size\":{\"height\":%u,\"width\":%u},\"do_center_crop\":true,"
                   "\"do_convert_rgb\":true,\"do_normalize\":true,\"do_rescale\":true,"
                   "\"do_resize\":true,\"image_mean\":%s,\"image_std\":%s,"
                   "\"image_processor_type\":\"CLIPImageProcessor\",\"resample\":3,"
                   "\"rescale_factor\":0.00392156862745098,\"size\":{\"shortest_edge\":%u}}\n",
                   shape->size, shape->size, means, deviations, shape->size);
}
