/* Seeded models: the golden ones come out, by their folders and by their names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/inside.h"
#include "model/names.h"
#include "model/synth.h"
#include "model/synth_shapes.h"
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

static void seeds_make_other_models(void **state)
{
    (void)state;
    char one[IMG_FINGERPRINT_HEX], two[IMG_FINGERPRINT_HEX], again[IMG_FINGERPRINT_HEX];
    scratch_open();
    synthesize("hf-small", 1);
    fingerprint_of(scratch_path("m"), one);
    synthesize("hf-small", 2);
    fingerprint_of(scratch_path("m"), two);
    synthesize("hf-small", 1);
    fingerprint_of(scratch_path("m"), again);
    scratch_close();
    assert_string_not_equal(one, two);
    assert_string_equal(one, again);
}

struct tally {
    size_t tensors, parameters;
};

static bool count_piece(void *ctx, const struct img_piece *piece, struct img_err *err)
{
    struct tally *tally = ctx;
    (void)err;
    tally->tensors += piece->first == 0;
    tally->parameters += piece->rows * piece->cols;
    return true;
}

static bool find_named(void *ctx, const struct img_piece *piece, struct img_err *err)
{
    struct img_piece *wanted = ctx;
    if (strcmp(piece->name, wanted->name) != 0)
        return true;
    *wanted = *piece;
    return img_err_set(err, IMG_ERR_SYSTEM, "found");
}

static void check_samples(const struct img_arch *arch, const struct img_doc *samples)
{
    for (const struct img_doc *it = img_doc_first(samples); it; it = img_doc_next(it)) {
        struct img_piece piece = {0};
        struct img_err err;
        float got[4];
        snprintf(piece.name, sizeof piece.name, "%s", img_doc_name(it));
        assert_false(img_pieces_visit(arch, find_named, &piece, &err));
        size_t n = 0, count = img_doc_count(it);
        img_synth_values(piece.name, piece.shape, piece.dims, 0, 0, count, got);
        for (const struct img_doc *v = img_doc_first(it); v; v = img_doc_next(v)) {
            double want = 0;
            assert_true(img_doc_number(v, &want));
            assert_true(got[n++] == (float)want);
        }
    }
}

static void seeded_models_are_the_golden_ones(void **state)
{
    (void)state;
    need_shared();
    static const char *const names[] = {"hf-tiny",           "hf-vit-b32",
                                        "hf-vit-l14",        "open-clip-tiny",
                                        "open-clip-vit-b32", "open-clip-vit-b16",
                                        "open-clip-tiny-quickgelu"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        struct img_model model = {0}, named = {0};
        struct img_err err = {0};
        const char *file;
        struct tally tally = {0};
        int64_t parameters = 0, tensors = 0;
        snprintf(path, sizeof path, "golden/%s", names[i]);
        const char *folder = shared_path(path);
        assert_true(img_model_configure(&model, folder, &file, &err));
        assert_true(img_pieces_visit(&model.arch, count_piece, &tally, &err));
        struct img_doc *doc = NULL;
        assert_true(img_config_read(folder, "weights.json", true, &doc, &err));
        assert_true(img_doc_int(img_doc_get(doc, "parameters"), &parameters));
        assert_true(img_doc_int(img_doc_get(doc, "tensors"), &tensors));
        assert_int_equal(tally.parameters, parameters);
        assert_int_equal(tally.tensors, tensors);
        check_samples(&model.arch, img_doc_get(doc, "sample"));
        img_doc_free(doc);
        /* the shape known by that name has the same architecture and preprocessing */
        const struct img_synth_shape *shape = img_synth_shape_find(names[i]);
        assert_non_null(shape);
        struct img_buf text = {0};
        img_synth_config_put(shape, &text, &file);
        doc = img_doc_parse(text.data, text.len, 1000, IMG_ERR_MODEL_INVALID, &err);
        assert_non_null(doc);
        assert_true((shape->layout == IMG_LAYOUT_HF ? img_config_hf : img_config_open_clip)(
            doc, &named, &err));
        assert_memory_equal(&named.arch, &model.arch, sizeof named.arch);
        assert_memory_equal(&named.prep, &model.prep, sizeof named.prep);
        img_doc_free(doc);
        img_buf_clear(&text);
    }
}

/* Not the first values alone: all of them. */
static void seeded_weights_are_the_golden_ones(void **state)
{
    (void)state;
    need_shared();
    static const char *const names[] = {"hf-tiny", "open-clip-tiny"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128], golden[IMG_FINGERPRINT_HEX], ours[IMG_FINGERPRINT_HEX];
        struct img_synth_spec spec = {.name = names[i]};
        struct img_err err = {0};
        scratch_open();
        assert_true(img_synth_write(&spec, scratch_path("m"), &err));
        fingerprint_of(scratch_path("m"), ours);
        scratch_close();
        snprintf(path, sizeof path, "golden/%s", names[i]);
        fingerprint_of(shared_path(path), golden);
        assert_string_equal(ours, golden);
    }
}

static void every_known_shape_can_be_configured(void **state)
{
    (void)state;
    struct img_err err = {0};
    struct img_synth_spec unknown = {.name = "clip-vit-enormous"};
    for (size_t i = 0; img_synth_name(i); i++) {
        const struct img_synth_shape *shape = img_synth_shape_find(img_synth_name(i));
        struct img_model model = {0};
        struct img_buf text = {0};
        const char *file;
        img_synth_config_put(shape, &text, &file);
        struct img_doc *doc = img_doc_parse(text.data, text.len, 1000, IMG_ERR_SYSTEM, &err);
        assert_non_null(doc);
        assert_true((shape->layout == IMG_LAYOUT_HF ? img_config_hf : img_config_open_clip)(
            doc, &model, &err));
        img_doc_free(doc);
        img_buf_clear(&text);
    }
    assert_false(img_synth_write(&unknown, "/nonexistent", &err));
    assert_int_equal(err.code, IMG_ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds_make_other_models),
        cmocka_unit_test(seeded_models_are_the_golden_ones),
        cmocka_unit_test(seeded_weights_are_the_golden_ones),
        cmocka_unit_test(every_known_shape_can_be_configured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
