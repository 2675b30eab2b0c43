/* Model configurations: what is read, what stands for absent keys, what is refused by its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/inside.h"

typedef bool (*reader)(const struct img_doc *, struct img_model *, struct img_err *);

static bool parse(reader read, const char *text, struct img_model *model, struct img_err *err)
{
    struct img_doc *doc = img_doc_parse(text, strlen(text), 1000, IMG_ERR_MODEL_INVALID, err);
    if (!doc)
        fail_msg("%s: %s", text, err->text);
    bool ok = read(doc, model, err);
    img_doc_free(doc);
    return ok;
}

static struct img_model accepted(reader read, const char *text)
{
    struct img_model model = {0};
    struct img_err err = {0};
    if (!parse(read, text, &model, &err))
        fail_msg("%s: %s", text, err.text);
    return model;
}

static void refused(reader read, const char *text, enum img_code code, const char *reason)
{
    struct img_model model = {.arch.image_size = 224, .prep = {.size = 224, .resize = 224}};
    struct img_err err = {0};
    if (parse(read, text, &model, &err))
        fail_msg("%s was let in", text);
    if (err.code != code || !strstr(err.text, reason))
        fail_msg("%s: got %s '%s', wanted %s '%s'", text, img_code_name(err.code), err.text,
                 img_code_name(code), reason);
}

struct refusal {
    const char *text;
    enum img_code code;
    const char *reason;
};

static void all_refused(reader read, const struct refusal *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        refused(read, cases[i].text, cases[i].code, cases[i].reason);
}

#define INVALID IMG_ERR_MODEL_INVALID
#define UNSUPPORTED IMG_ERR_MODEL_UNSUPPORTED
#define REFUSED(read, cases) all_refused(read, cases, sizeof(cases) / sizeof *(cases))

static void absent_keys_have_the_reference_s_defaults(void **state)
{
    (void)state;
    struct img_model m = accepted(img_config_hf, "{\"model_type\":\"clip\"}");
    const struct img_arch *a = &m.arch;
    assert_int_equal(a->dimension, 512);
    assert_int_equal(a->image.width, 768);
    assert_int_equal(a->image.layers, 12);
    assert_int_equal(a->image.heads, 12);
    assert_int_equal(a->image.hidden, 3072);
    assert_int_equal(a->image_size, 224);
    assert_int_equal(a->patch, 32);
    assert_int_equal(a->text.width, 512);
    assert_int_equal(a->text.heads, 8);
    assert_int_equal(a->text.hidden, 2048);
    assert_int_equal(a->context, 77);
    assert_int_equal(a->vocab_size, 49408);
    assert_int_equal(a->pool_highest, 0);
    assert_int_equal(a->eos_id, 49407);
    assert_int_equal(a->image.activation, IMG_QUICK_GELU);
    assert_true(a->text.epsilon == 1e-5f);
    assert_int_equal(m.prep.crop, IMG_CROP_DOWN);
    assert_true(m.prep.mean[0] == 0.48145466f);
    assert_int_equal(m.tokenizer_family, IMG_TOKENIZER_HF);
}

static void older_sections_decide_alone(void **state)
{
    (void)state;
    struct img_model m = accepted(
        img_config_hf, "{\"model_type\":\"clip\",\"text_config\":{\"hidden_size\":64,"
                       "\"num_hidden_layers\":3},\"text_config_dict\":{\"hidden_size\":32,"
                       "\"eos_token_id\":2},\"vision_config_dict\":null,"
                       "\"vision_config\":{\"hidden_size\":96,\"hidden_act\":\"gelu\"}}");
    assert_int_equal(m.arch.text.width, 32);
    assert_int_equal(m.arch.text.layers, 12);
    assert_int_equal(m.arch.pool_highest, 1);
    assert_int_equal(m.arch.image.width, 96);
    assert_int_equal(m.arch.image.activation, IMG_GELU);
}

static void single_towers_are_read(void **state)
{
    (void)state;
    struct img_model m = accepted(
        img_config_hf, "{\"model_type\":\"clip_vision_model\",\"hidden_size\":48,"
                       "\"projection_dim\":20}");
    assert_int_equal(m.arch.image.width, 48);
    assert_int_equal(m.arch.text.layers, 0);
    assert_int_equal(m.arch.dimension, 20);
    m = accepted(img_config_hf, "{\"model_type\":\"clip\",\"projection_dim\":9,"
                                "\"architectures\":[\"CLIPTextModelWithProjection\"],"
                                "\"text_config\":{\"projection_dim\":20}}");
    assert_int_equal(m.arch.image.layers, 0);
    assert_int_equal(m.arch.text.layers, 12);
    assert_int_equal(m.arch.dimension, 20);
    size_t rows, cols;
    assert_false(img_model_shape(&m.arch, IMG_IMAGE_TOWER, IMG_Q_W, &rows, &cols));
    assert_false(img_model_shape(&m.arch, IMG_TEXT_TOWER, IMG_LOGIT_SCALE, &rows, &cols));
}

static void other_models_are_refused_by_name(void **state)
{
    (void)state;
#define CLIP(rest) "{\"model_type\":\"clip\"," rest "}"
    static const struct refusal cases[] = {
        {"{\"model_type\":\"siglip\"}", UNSUPPORTED, "model_type 'siglip' is not supported"},
        {"{\"model_type\":\"chinese_clip\"}", UNSUPPORTED, "'chinese_clip'"},
        {"{\"model_type\":\"clipseg\"}", UNSUPPORTED, "'clipseg'"},
        {"{}", INVALID, "neither model_type"},
        {"{\"model_type\":7}", INVALID, "model_type is no text"},
        {CLIP("\"architectures\":[\"CLIPForImageClassification\"]"), UNSUPPORTED,
         "'CLIPForImageClassification'"},
        {CLIP("\"text_config\":{\"hidden_act\":\"gelu_new\"}"), UNSUPPORTED,
         "text_config: hidden_act: activation 'gelu_new'"},
        {CLIP("\"vision_config\":{\"num_channels\":1}"), UNSUPPORTED, "num_channels 1"},
        {CLIP("\"vision_config\":{\"hidden_size\":100}"), INVALID, "100 cannot be split into 12"},
        {CLIP("\"vision_config\":{\"hidden_size\":-1}"), INVALID, "hidden_size is no whole"},
        {CLIP("\"vision_config\":{\"hidden_size\":1e9}"), INVALID, "hidden_size is no whole"},
        {CLIP("\"vision_config\":{\"hidden_size\":\"768\"}"), INVALID, "hidden_size is no whole"},
        {CLIP("\"vision_config\":{\"layer_norm_eps\":0}"), INVALID, "layer_norm_eps"},
        {CLIP("\"vision_config\":{\"image_size\":225}"), UNSUPPORTED, "no multiple of patch"},
        {CLIP("\"vision_config\":{\"image_size\":[224,256]}"), UNSUPPORTED, "224 by 256"},
        {CLIP("\"vision_config\":7"), INVALID, "vision_config is no object"},
        {CLIP("\"text_config\":{\"vocab_size\":1000}"), INVALID, "eos_token_id 49407 is outside"},
        {CLIP("\"text_config\":{\"eos_token_id\":null}"), INVALID, "eos_token_id is no token"},
        {CLIP("\"text_config\":{\"max_position_embeddings\":1}"), INVALID, "context of 1"},
        {CLIP("\"projection_dim\":0"), INVALID, "projection_dim"},
    };
    REFUSED(img_config_hf, cases);
}

#define OPEN(model, image, text)                                                                   \
    "{\"model_cfg\":{\"embed_dim\":40," model "\"vision_cfg\":{" image "},\"text_cfg\":{" text "}}}"

static void open_clip_is_read(void **state)
{
    (void)state;
    struct img_model m = accepted(img_config_open_clip, OPEN("", "", ""));
    assert_int_equal(m.arch.image.heads, 12);
    assert_int_equal(m.arch.image.hidden, 3072);
    assert_int_equal(m.arch.patch, 16);
    assert_int_equal(m.arch.text.heads, 8);
    assert_int_equal(m.arch.image.activation, IMG_GELU);
    assert_int_equal(m.arch.pool_highest, 1);
    assert_int_equal(m.arch.has_pre_norm, 1);
    assert_int_equal(m.prep.crop, IMG_CROP_HALF_EVEN);
    assert_int_equal(m.tokenizer_family, IMG_TOKENIZER_OPEN_CLIP);
    m = accepted(img_config_open_clip,
                 OPEN("\"quick_gelu\":true,\"custom_text\":false,",
                      "\"width\":1280,\"head_width\":80,\"mlp_ratio\":4.9231,"
                      "\"patch_size\":[14,14],\"no_ln_pre\":true,\"norm_kwargs\":{\"eps\":1e-6},\"timm_model_name\":null,"
                      "\"attentional_pool\":false,\"ls_init_value\":null,\"act_kwargs\":{}",
                      "\"pool_type\":\"argmax\",\"hf_model_name\":\"\""));
    assert_int_equal(m.arch.image.heads, 16);
    assert_int_equal(m.arch.image.hidden, 6301);
    assert_int_equal(m.arch.patch, 14);
    assert_int_equal(m.arch.has_pre_norm, 0);
    assert_int_equal(m.arch.text.activation, IMG_QUICK_GELU);
    assert_true(m.arch.image.epsilon == 1e-6f && m.arch.text.epsilon == 1e-5f);
}

static void open_clip_s_other_towers_are_refused(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {OPEN("", "\"timm_model_name\":\"convnext_base\"", ""), UNSUPPORTED,
         "vision_cfg: timm_model_name 'convnext_base' is not supported"},
        {OPEN("", "\"layers\":[3,4,6,3]", ""), UNSUPPORTED, "a ResNet tower"},
        {OPEN("", "\"attentional_pool\":true", ""), UNSUPPORTED, "attentional_pool"},
        {OPEN("", "\"ls_init_value\":0.1", ""), UNSUPPORTED, "ls_init_value"},
        {OPEN("", "\"act_kwargs\":{\"approximate\":\"tanh\"}", ""), UNSUPPORTED, "act_kwargs"},
        {OPEN("", "\"norm_kwargs\":{\"bias\":false}", ""), UNSUPPORTED, "norm_kwargs bias"},
        {OPEN("", "\"pool_type\":\"avg\"", ""), UNSUPPORTED, "pool_type 'avg'"},
        {OPEN("", "\"pos_embed_type\":\"sin_cos_2d\"", ""), UNSUPPORTED, "pos_embed_type"},
        {OPEN("", "\"something_new\":3", ""), UNSUPPORTED, "something_new is not supported"},
        {OPEN("", "\"image_size\":[224,256]", ""), UNSUPPORTED, "224 by 256"},
        {OPEN("", "\"mlp_ratio\":1e9", ""), INVALID, "mlp_ratio"},
        {OPEN("", "\"head_width\":1000", ""), INVALID, "into 0 heads"},
        {OPEN("", "\"head_width\":1", ""), INVALID, "head_width 1"},
        {OPEN("", "", "\"hf_model_name\":\"roberta-base\""), UNSUPPORTED,
         "text_cfg: hf_model_name 'roberta-base'"},
        {OPEN("", "", "\"hf_tokenizer_name\":\"t5\""), UNSUPPORTED, "hf_tokenizer_name 't5'"},
        {OPEN("", "", "\"pool_type\":\"last\""), UNSUPPORTED, "pool_type 'last'"},
        {OPEN("", "", "\"no_causal_mask\":true"), UNSUPPORTED, "no_causal_mask"},
        {OPEN("\"custom_text\":true,", "", ""), UNSUPPORTED, "custom_text"},
        {OPEN("\"multimodal_cfg\":{\"x\":1},", "", ""), UNSUPPORTED, "multimodal_cfg"},
        {"{\"model_cfg\":{\"embed_dim\":7}}", INVALID, "wanted embed_dim"},
        {"{}", INVALID, "model_cfg: wanted embed_dim"},
        {"{\"model_cfg\":{\"embed_dim\":40,\"vision_cfg\":{},\"text_cfg\":{}},"
         "\"preprocess_cfg\":{\"resize_mode\":\"squash\"}}",
         UNSUPPORTED, "resize_mode 'squash'"},
        {"{\"model_cfg\":{\"embed_dim\":40,\"vision_cfg\":{},\"text_cfg\":{}},"
         "\"preprocess_cfg\":{\"mean\":[1,2]}}",
         INVALID, "mean is no list of three"},
    };
    REFUSED(img_config_open_clip, cases);
}

#define TIMM(name, rest, pretrained)                                                               \
    "{\"architecture\":\"" name "\",\"num_classes\":10," rest                                      \
    "\"pretrained_cfg\":{\"mean\":[0.5,0.5,0.5],\"std\":[0.5,0.5,0.5]" pretrained "}}"

static void timm_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t width, layers, heads, hidden, patch, size, resize;
    } cases[] = {
        {TIMM("vit_tiny_patch16_224", "", ",\"crop_pct\":0.9"), 192, 12, 3, 768, 16, 224, 248},
        {TIMM("vit_small_patch32_384", "", ",\"crop_pct\":1.0"), 384, 12, 6, 1536, 32, 384, 384},
        {TIMM("vit_base_patch8_224", "", ",\"crop_pct\":0.9"), 768, 12, 12, 3072, 8, 224, 248},
        {TIMM("vit_large_patch14_224.tag", "", ""), 1024, 24, 16, 4096, 14, 224, 256},
        {TIMM("vit_base_patch16_224", "\"global_pool\":\"token\",", ",\"input_size\":[3,96,96]"),
         768, 12, 12, 3072, 16, 96, 109},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct img_model m = accepted(img_config_timm, cases[i].text);
        assert_int_equal(m.arch.image.width, cases[i].width);
        assert_int_equal(m.arch.image.layers, cases[i].layers);
        assert_int_equal(m.arch.image.heads, cases[i].heads);
        assert_int_equal(m.arch.image.hidden, cases[i].hidden);
        assert_int_equal(m.arch.patch, cases[i].patch);
        assert_int_equal(m.prep.size, cases[i].size);
        assert_int_equal(m.prep.resize, cases[i].resize);
        assert_int_equal(m.arch.dimension, cases[i].width);
        assert_int_equal(m.arch.classes, 10);
        assert_int_equal(m.arch.image.activation, IMG_GELU);
        assert_int_equal(m.arch.text.layers, 0);
    }
}

static void timm_s_variants_are_refused(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {TIMM("vit_base_patch16_clip_224", "", ""), UNSUPPORTED, "'vit_base_patch16_clip_224'"},
        {TIMM("vit_base_patch16_siglip_224", "", ""), UNSUPPORTED, "siglip"},
        {TIMM("vit_base_patch14_reg4_dinov2", "", ""), UNSUPPORTED, "reg4"},
        {TIMM("vit_base_patch16_224_in21k", "", ""), UNSUPPORTED, "in21k"},
        {TIMM("vit_base_patch16_rpn_224", "", ""), UNSUPPORTED, "rpn"},
        {TIMM("vit_enormous_patch16_224", "", ""), UNSUPPORTED, "enormous"},
        {TIMM("deit_tiny_distilled_patch16_224", "", ""), UNSUPPORTED, "deit"},
        {TIMM("resnet50", "", ""), UNSUPPORTED, "'resnet50' is not supported"},
        {TIMM("vit_base_patch0_224", "", ""), UNSUPPORTED, "patch0"},
        {TIMM("vit_base_patch16_224", "\"global_pool\":\"avg\",", ""), UNSUPPORTED, "'avg'"},
        {TIMM("vit_base_patch16_224", "\"model_args\":{\"depth\":3},", ""), UNSUPPORTED,
         "model_args"},
        {TIMM("vit_base_patch16_224", "", ",\"interpolation\":\"bilinear\""), UNSUPPORTED,
         "'bilinear'"},
        {TIMM("vit_base_patch16_224", "", ",\"crop_mode\":\"squash\""), UNSUPPORTED, "'squash'"},
        {TIMM("vit_base_patch16_224", "", ",\"crop_pct\":1.2"), UNSUPPORTED, "crop_pct"},
        {"{\"architecture\":\"vit_base_patch16_224\"}", INVALID, "wanted mean and std"},
    };
    REFUSED(img_config_timm, cases);
}

static void preprocessors_are_read(void **state)
{
    (void)state;
    static const char *const same[] = {
        "{}",
        "{\"size\":224,\"crop_size\":224}",
        "{\"size\":{\"shortest_edge\":224},\"crop_size\":{\"height\":224,\"width\":224}}",
        ("{\"do_resize\":true,\"resample\":3,\"rescale_factor\":0.00392156862745098,"
         "\"image_processor_type\":\"CLIPImageProcessorFast\"}"),
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct img_model m = {.arch.image_size = 224};
        struct img_err err = {0};
        img_prep_clip(&m.prep, 224, IMG_CROP_DOWN);
        assert_true(parse(img_preprocessor_parse, same[i], &m, &err));
        assert_int_equal(m.prep.size, 224);
        assert_int_equal(m.prep.resize, 224);
        assert_true(m.prep.mean[2] == 0.40821073f);
    }
}

static void other_steps_are_refused_by_name(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {"{\"do_resize\":false}", UNSUPPORTED, "do_resize false"},
        {"{\"do_center_crop\":false}", UNSUPPORTED, "do_center_crop false"},
        {"{\"do_rescale\":false}", UNSUPPORTED, "do_rescale false"},
        {"{\"do_normalize\":false}", UNSUPPORTED, "do_normalize false"},
        {"{\"do_convert_rgb\":false}", UNSUPPORTED, "do_convert_rgb false"},
        {"{\"do_pad\":true}", UNSUPPORTED, "do_pad"},
        {"{\"resample\":2}", UNSUPPORTED, "resample 2"},
        {"{\"rescale_factor\":0.01}", UNSUPPORTED, "rescale_factor"},
        {"{\"size\":{\"height\":224,\"width\":224}}", UNSUPPORTED, "without shortest_edge"},
        {"{\"size\":200}", UNSUPPORTED, "a crop that pads"},
        {"{\"crop_size\":{\"height\":224,\"width\":200}}", UNSUPPORTED, "224 by 200"},
        {"{\"crop_size\":192}", INVALID, "is not the model's image_size 224"},
        {"{\"image_std\":[1,1,0]}", INVALID, "image_std"},
        {"{\"image_mean\":[1,1,\"x\"]}", INVALID, "image_mean"},
        {"{\"do_resize\":\"yes\"}", INVALID, "neither true nor false"},
        {"{\"image_processor_type\":\"ViTImageProcessor\"}", UNSUPPORTED, "'ViTImageProcessor'"},
    };
    REFUSED(img_preprocessor_parse, cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_keys_have_the_reference_s_defaults),
        cmocka_unit_test(older_sections_decide_alone),
        cmocka_unit_test(single_towers_are_read),
        cmocka_unit_test(other_models_are_refused_by_name),
        cmocka_unit_test(open_clip_is_read),
        cmocka_unit_test(open_clip_s_other_towers_are_refused),
        cmocka_unit_test(timm_is_read),
        cmocka_unit_test(timm_s_variants_are_refused),
        cmocka_unit_test(preprocessors_are_read),
        cmocka_unit_test(other_steps_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
