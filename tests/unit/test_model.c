/* Model folders: golden ones open, load and share fingerprints as they should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/model.h"
#include "model/synth.h"
#include "support/npy.h"
#include "support/scratch.h"

static void need_shared(void)
{
    if (!shared_folder()) {
        print_message("skipped: ../shared is not there\n");
        skip();
    }
}

static void load(struct img_model *model, const char *path)
{
    struct img_err err = {0};
    if (!img_model_open(model, path, &err) || !img_model_load(model, &err))
        fail_msg("%s", err.text);
}

static void fingerprint_of(const char *path, char hex[IMG_FINGERPRINT_HEX])
{
    struct img_model model;
    struct img_err err = {0};
    load(&model, path);
    if (!img_model_fingerprint(&model, hex, &err))
        fail_msg("%s", err.text);
    img_model_close(&model);
}

static void hugging_face_opens(void **state)
{
    (void)state;
    need_shared();
    struct img_model model;
    load(&model, shared_path("golden/hf-tiny"));
    assert_string_equal(model.name, "hf-tiny");
    assert_int_equal(model.arch.layout, IMG_LAYOUT_HF);
    assert_int_equal(model.arch.dimension, 40);
    assert_int_equal(model.arch.image.width, 48);
    assert_int_equal(model.arch.image.layers, 3);
    assert_int_equal(model.arch.image.heads, 3);
    assert_int_equal(model.arch.image.hidden, 192);
    assert_int_equal(model.arch.text.width, 32);
    assert_int_equal(model.arch.patch, 14);
    assert_int_equal(model.arch.pool_highest, 1);
    assert_int_equal(model.prep.size, 70);
    assert_int_equal(model.prep.resize, 70);
    assert_int_equal(model.prep.crop, IMG_CROP_DOWN);
    assert_int_equal(model.file_count, 6);
    for (size_t i = 1; i < model.file_count; i++)
        assert_true(strcmp(model.files[i - 1].path, model.files[i].path) < 0);
    struct img_err err = {0};
    float q[48 * 48];
    assert_true(img_model_read(&model, IMG_IMAGE_TOWER, 1, IMG_Q_W, q, &err));
    float scale;
    assert_true(img_model_read(&model, IMG_TEXT_TOWER, 0, IMG_LOGIT_SCALE, &scale, &err));
    assert_true(scale == 4.605170249938965f);
    size_t rows, cols;
    assert_true(img_model_shape(&model.arch, IMG_IMAGE_TOWER, IMG_POSITIONS, &rows, &cols));
    assert_true(rows == 26 && cols == 48);
    img_model_close(&model);
}

static void fingerprints_follow_values(void **state)
{
    (void)state;
    need_shared();
    char tiny[IMG_FINGERPRINT_HEX], sharded[IMG_FINGERPRINT_HEX], half[IMG_FINGERPRINT_HEX],
        brain[IMG_FINGERPRINT_HEX];
    fingerprint_of(shared_path("golden/hf-tiny"), tiny);
    fingerprint_of(shared_path("golden/hf-tiny-sharded"), sharded);
    fingerprint_of(shared_path("golden/hf-tiny-f16"), half);
    fingerprint_of(shared_path("golden/hf-tiny-bf16"), brain);
    print_message("hf-tiny %s, f16 %s, bf16 %s\n", tiny, half, brain);
    assert_string_equal(tiny, sharded);
    assert_string_not_equal(tiny, half);
    assert_string_not_equal(tiny, brain);
    assert_string_not_equal(half, brain);
}


static void binary_checkpoint_is_the_same_model(void **state)
{
    (void)state;
    need_shared();
    char bin[IMG_FINGERPRINT_HEX], safe[IMG_FINGERPRINT_HEX];
    scratch_open();
    scratch_copy("config.json", shared_path("golden/hf-tiny/config.json"));
    scratch_copy("preprocessor_config.json",
                 shared_path("golden/hf-tiny/preprocessor_config.json"));
    scratch_copy("pytorch_model.bin", shared_path("golden/hf-tiny/pytorch_model.bin"));
    fingerprint_of(scratch_path("."), bin);
    scratch_close();
    fingerprint_of(shared_path("golden/hf-tiny"), safe);
    assert_string_equal(bin, safe);
}

static void other_layouts_open(void **state)
{
    (void)state;
    need_shared();
    struct img_model model;
    load(&model, shared_path("golden/open-clip-tiny"));
    assert_int_equal(model.arch.layout, IMG_LAYOUT_OPEN_CLIP);
    assert_int_equal(model.arch.image.activation, IMG_GELU);
    assert_int_equal(model.prep.crop, IMG_CROP_HALF_EVEN);
    img_model_close(&model);
    load(&model, shared_path("models/vit_tiny_patch16_224"));
    assert_int_equal(model.arch.layout, IMG_LAYOUT_TIMM);
    assert_int_equal(model.arch.classes, 1000);
    assert_int_equal(model.prep.resize, 248);
    img_model_close(&model);
    load(&model, shared_path("models/demo"));
    assert_int_equal(model.arch.pool_highest, 0);
    assert_int_equal(model.arch.eos_id, 993);
    img_model_close(&model);
}

/* Writes the small model of tests/data/models/name into the scratch folder. */
static void synthesize(const char *name, uint64_t seed)
{
    char config[256];
    struct img_err err = {0};
    snprintf(config, sizeof config, "tests/data/models/%s", name);
    struct img_synth_spec spec = {.config_folder = config, .seed = seed};
    if (!img_synth_write(&spec, scratch_path("m"), &err))
        fail_msg("%s", err.text);
}

static void preprocessing_is_the_model_s_own(void **state)
{
    (void)state;
    struct img_model model;
    scratch_open();
    synthesize("hf-small", 0);
    load(&model, scratch_path("m"));
    assert_int_equal(model.prep.size, 12);
    assert_int_equal(model.prep.resize, 14);
    assert_true(model.prep.mean[1] == 0.25f && model.prep.std[2] == 2);
    assert_int_equal(model.file_count, 3);
    assert_string_equal(model.name, "m");
    img_model_close(&model);
    scratch_close();
}

/* Every tensor of every layout, read in canonical orientation, against the values' own rule. */
static void tensors_are_turned_and_split(void **state)
{
    (void)state;
    struct img_model model;
    struct img_err err = {0};
    float all[48 * 16], got[16 * 16];
    const size_t in_proj[2] = {48, 16}, proj[2] = {16, 10};
    scratch_open();
    synthesize("open-clip-small", 5);
    load(&model, scratch_path("m"));
    img_synth_values("visual.transformer.resblocks.1.attn.in_proj_weight", in_proj, 2, 5, 0,
                     48 * 16, all);
    for (unsigned part = 0; part < 3; part++) {
        enum img_role role = part == 0 ? IMG_Q_W : part == 1 ? IMG_K_W : IMG_V_W;
        assert_true(img_model_read(&model, IMG_IMAGE_TOWER, 1, role, got, &err));
        assert_memory_equal(got, all + part * 256, 256 * sizeof *got);
    }
    img_synth_values("visual.transformer.resblocks.0.attn.in_proj_bias", (size_t[1]){48}, 1, 5, 0,
                     48, all);
    assert_true(img_model_read(&model, IMG_IMAGE_TOWER, 0, IMG_V_B, got, &err));
    assert_memory_equal(got, all + 32, 16 * sizeof *got);
    img_synth_values("visual.proj", proj, 2, 5, 0, 160, all);
    assert_true(img_model_read(&model, IMG_IMAGE_TOWER, 0, IMG_PROJECTION, got, &err));
    for (size_t r = 0; r < 10; r++)
        for (size_t c = 0; c < 16; c++)
            assert_true(got[r * 16 + c] == all[c * 10 + r]);
    assert_false(img_model_read(&model, IMG_TEXT_TOWER, 0, IMG_PATCH, got, &err));
    img_model_close(&model);
    scratch_close();
}

/* A model of this configuration, seeded, loads and has a fingerprint. */
static void configured(const char *config, struct img_model *model)
{
    char folder[512], hex[IMG_FINGERPRINT_HEX];
    struct img_err err = {0};
    snprintf(folder, sizeof folder, "%s", scratch_open());
    scratch_write("config.json", config, strlen(config));
    struct img_synth_spec spec = {.config_folder = folder};
    if (!img_synth_write(&spec, scratch_path("m"), &err))
        fail_msg("%s", err.text);
    load(model, scratch_path("m"));
    assert_true(img_model_fingerprint(model, hex, &err));
    scratch_close(); /* what is mapped stays */
}

static void towers_alone_load(void **state)
{
    (void)state;
    struct img_model model;
    struct img_err err = {0};
    float first, again;
    const size_t shape[3] = {1, 5, 192};
    configured("{\"model_type\":\"clip_vision_model\",\"hidden_size\":24,\"image_size\":64}",
               &model);
    assert_int_equal(model.arch.text.layers, 0);
    img_model_close(&model);
    configured("{\"model_type\":\"clip_text_model\",\"hidden_size\":24,\"vocab_size\":50,"
               "\"eos_token_id\":2}",
               &model);
    assert_int_equal(model.arch.image.layers, 0);
    img_model_close(&model);
    configured("{\"architecture\":\"vit_tiny_patch16_224\",\"num_classes\":3,\"pretrained_cfg\":{"
               "\"input_size\":[3,32,32],\"mean\":[0,0,0],\"std\":[1,1,1]}}",
               &model);
    float *positions = malloc(5 * 192 * sizeof *positions);
    assert_non_null(positions);
    assert_true(img_model_read(&model, IMG_IMAGE_TOWER, 0, IMG_POSITIONS, positions, &err));
    img_synth_values("pos_embed", shape, 3, 0, 0, 1, &first);
    img_synth_values("pos_embed", shape, 3, 0, 959, 1, &again);
    assert_true(positions[0] == first && positions[959] == again);
    free(positions);
    img_model_close(&model);
}

/* Rewrites a file of the scratch model with one text in place of another of the same length. */
static void patch(const char *name, const char *from, const char *to)
{
    struct img_buf bytes = {0};
    struct img_err err = {0};
    assert_int_equal(strlen(from), strlen(to));
    assert_true(img_file_read(scratch_path(name), 1 << 24, &bytes, &err));
    char *at = memmem(bytes.data, bytes.len, from, strlen(from));
    assert_non_null(at);
    memcpy(at, to, strlen(to));
    scratch_write(name, bytes.data, bytes.len);
    img_buf_clear(&bytes);
}

static void fails(enum img_code code, const char *reason)
{
    struct img_model model;
    struct img_err err = {0};
    bool ok = img_model_open(&model, scratch_path("m"), &err) && img_model_load(&model, &err);
    if (ok)
        fail_msg("let in, wanted: %s", reason);
    img_model_close(&model);
    if (err.code != code || !strstr(err.text, reason))
        fail_msg("got %s '%s', wanted '%s'", img_code_name(err.code), err.text, reason);
}

static void what_does_not_fit_is_named(void **state)
{
    (void)state;
    scratch_open();
    synthesize("hf-small", 0);
    patch("m/config.json", "\"projection_dim\": 10", "\"projection_dim\": 11");
    fails(IMG_ERR_MODEL_INVALID,
          "tensor 'visual_projection.weight': shape [10, 16], wanted [11, 16]");
    synthesize("hf-small", 0);
    patch("m/config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
    fails(IMG_ERR_MODEL_INVALID,
          "tensor 'text_model.encoder.layers.2.layer_norm1.weight' is missing");
    synthesize("hf-small", 0);
    patch("m/model.safetensors", "visual_projection", "visual-projection");
    fails(IMG_ERR_MODEL_INVALID, "tensor 'visual_projection.weight' is missing");
    synthesize("hf-small", 0);
    patch("m/model.safetensors", "\"F32\",\"shape\":[16,3,4,4]", "\"I32\",\"shape\":[16,3,4,4]");
    fails(IMG_ERR_MODEL_INVALID, "patch_embedding.weight': dtype is");
    synthesize("hf-small", 0);
    patch("m/preprocessor_config.json", "\"resample\": 3", "\"resample\": 2");
    fails(IMG_ERR_MODEL_UNSUPPORTED, "preprocessor_config.json: resample 2");
    synthesize("hf-small", 0);
    scratch_write("m/config.json", "{\"model_type\":", 14);
    fails(IMG_ERR_MODEL_INVALID, "config.json: not JSON");
    scratch_close();
}

static void not_finite_values_are_named(void **state)
{
    (void)state;
    static const uint32_t values[] = {0x7fc00000, 0x7f800000, 0xff800000};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct img_buf bytes = {0};
        struct img_err err = {0};
        scratch_open();
        synthesize("hf-small", 0);
        assert_true(img_file_read(scratch_path("m/model.safetensors"), 1 << 24, &bytes, &err));
        memcpy(bytes.data + bytes.len - 4, &values[i], 4); /* the last tensor is logit_scale */
        scratch_write("m/model.safetensors", bytes.data, bytes.len);
        fails(IMG_ERR_MODEL_INVALID, "tensor 'logit_scale': element 0 is not finite");
        scratch_write("m/model.safetensors", bytes.data, bytes.len - 1);
        fails(IMG_ERR_MODEL_INVALID, "model.safetensors: tensor 'logit_scale': ends at byte");
        img_buf_clear(&bytes);
        scratch_close();
    }
}

static void what_is_not_there_is_missing(void **state)
{
    (void)state;
    scratch_open();
    fails(IMG_ERR_MODEL_MISSING, "cannot open folder");
    scratch_write("m", "", 0);
    fails(IMG_ERR_MODEL_MISSING, "not a folder");
    remove(scratch_path("m"));
    synthesize("hf-small", 0);
    remove(scratch_path("m/model.safetensors"));
    fails(IMG_ERR_MODEL_MISSING, "no weights: neither model.safetensors nor pytorch_model.bin");
    static const char index[] = "{\"weight_map\":{\"a\":\"one.safetensors\"}}";
    scratch_write("m/model.safetensors.index.json", index, sizeof index - 1);
    fails(IMG_ERR_MODEL_MISSING, "one.safetensors");
    remove(scratch_path("m/config.json"));
    fails(IMG_ERR_MODEL_MISSING, "neither config.json nor open_clip_config.json");
    scratch_close();
}

/* A folder with both layouts is read as Hugging Face's while those weights are there. */
static void both_layouts_in_one_folder(void **state)
{
    (void)state;
    struct img_model model;
    struct img_err err = {0};
    scratch_open();
    synthesize("open-clip-small", 0);
    scratch_copy("m/config.json", "tests/data/models/hf-small/config.json");
    load(&model, scratch_path("m"));
    assert_int_equal(model.arch.layout, IMG_LAYOUT_OPEN_CLIP);
    img_model_close(&model);
    synthesize("hf-small", 0);
    load(&model, scratch_path("m"));
    assert_int_equal(model.arch.layout, IMG_LAYOUT_HF);
    img_model_close(&model);
    scratch_write("m/config.json", "{\"architecture\":\"vit_base_patch16_clip_224\"}", 44);
    assert_true(img_model_open(&model, scratch_path("m"), &err));
    assert_int_equal(model.arch.layout, IMG_LAYOUT_OPEN_CLIP);
    img_model_close(&model);
    scratch_close();
}

static void hub_folders_have_their_model_s_name(void **state)
{
    (void)state;
    struct img_model model;
    struct img_err err = {0};
    char path[512];
    struct img_synth_spec spec = {.config_folder = "tests/data/models/hf-small"};
    snprintf(path, sizeof path, "%s/models--org--the-name/snapshots/0123abcd", scratch_open());
    assert_true(img_synth_write(&spec, path, &err));
    load(&model, path);
    assert_string_equal(model.name, "the-name");
    img_model_close(&model);
    scratch_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hugging_face_opens),
        cmocka_unit_test(fingerprints_follow_values),
        cmocka_unit_test(binary_checkpoint_is_the_same_model),
        cmocka_unit_test(other_layouts_open),
        cmocka_unit_test(preprocessing_is_the_model_s_own),
        cmocka_unit_test(tensors_are_turned_and_split),
        cmocka_unit_test(towers_alone_load),
        cmocka_unit_test(what_does_not_fit_is_named),
        cmocka_unit_test(not_finite_values_are_named),
        cmocka_unit_test(what_is_not_there_is_missing),
        cmocka_unit_test(both_layouts_in_one_folder),
        cmocka_unit_test(hub_folders_have_their_model_s_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
