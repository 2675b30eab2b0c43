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
#include "support/npy.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hugging_face_opens),
        cmocka_unit_test(fingerprints_follow_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
