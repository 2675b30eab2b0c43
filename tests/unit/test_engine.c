/* The CPU engine: the reference's embeddings, the same bits however the work is done. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/cpu/positions.h"
#include "engine/vector.h"
#include "kernel/kernel.h"
#include "support/golden.h"
#include "support/npy.h"

#define DEMO "lib/data/demo"

static void need_shared(void)
{
    if (!shared_folder()) {
        print_message("skipped: the folder with reference numbers is not there\n");
        skip();
    }
}

static void against_golden(const char *weights, const char *golden)
{
    struct golden_model model;
    golden_open(&model, weights, 0, NULL);
    golden_folder(&model, golden);
    golden_close(&model);
}

static void small_models_give_the_references_embeddings(void **state)
{
    (void)state;
    need_shared();
    static const char *const folders[] = {"hf-tiny", "hf-tiny-f16", "hf-tiny-bf16",
                                          "hf-tiny-sharded", "open-clip-tiny"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "golden/%s", folders[i]);
        against_golden(shared_path(path), folders[i]);
    }
    against_golden(golden_synth("open-clip-tiny-quickgelu"), "open-clip-tiny-quickgelu");
}

static void a_full_size_model_gives_the_references_embeddings(void **state)
{
    (void)state;
    need_shared();
    against_golden(golden_synth("hf-vit-b32"), "hf-vit-b32");
}

static void bfloat16_is_near_enough(void **state)
{
    (void)state;
    need_shared();
    static const char *const folders[] = {"hf-tiny", "open-clip-tiny"};
    struct golden_model model;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "golden/%s", folders[i]);
        golden_open_bf16(&model, shared_path(path), 0, NULL);
        golden_folder(&model, folders[i]);
        golden_close(&model);
    }
    golden_open_bf16(&model, golden_synth("hf-vit-b32"), 0, NULL);
    assert_string_equal(model.engine->info.precision, "bf16");
    golden_folder(&model, "hf-vit-b32");
    golden_close(&model);
}

static void a_plain_vit_gives_embeddings_and_logits(void **state)
{
    (void)state;
    need_shared();
    struct golden_model vit;
    struct npy logits;
    struct img_err err;
    size_t rows;
    golden_open(&vit, shared_path("models/vit_tiny_patch16_224"), 0, NULL);
    /* timm resizes to 248 before the crop, so its pictures are its own: only the ones whose pixels
     * are golden at that size could be compared here; the programs' tests compare all of them. */
    assert_true(npy_open(&logits, shared_path("golden/vit-tiny/logits.npy")));
    assert_int_equal(vit.engine->info.classes, logits.shape[1]);
    assert_int_equal(vit.engine->info.context, 0);
    struct npy features;
    assert_true(npy_open(&features, shared_path("golden/vit-tiny/image_features.npy")));
    rows = features.shape[0];
    size_t n = rows * logits.shape[1];
    float *got = malloc(n * sizeof *got);
    assert_non_null(got);
    assert_true(img_engine_classify(vit.engine, features.data, rows, got, &err));
    double difference = 0, norm = 0;
    for (size_t i = 0; i < n; i++) {
        double want = (double)((const float *)logits.data)[i];
        difference += ((double)got[i] - want) * ((double)got[i] - want);
        norm += want * want;
    }
    print_message("logits of %zu pictures, distance %.2e\n", rows, sqrt(difference / norm));
    assert_true(sqrt(difference / norm) <= GOLDEN_FLOAT_LIMIT);
    float nothing;
    assert_false(img_engine_encode_text(vit.engine, &(struct img_text){"a", 1}, &nothing, &err));
    assert_int_equal(err.code, IMG_ERR_MODEL_UNSUPPORTED);
    free(got);
    npy_close(&features);
    npy_close(&logits);
    golden_close(&vit);
}

/* Noise is picture enough where only bits are compared. */
static unsigned char *noise(size_t n)
{
    unsigned char *pixels = malloc(n);
    uint32_t seed = 1;
    assert_non_null(pixels);
    for (size_t i = 0; i < n; i++)
        pixels[i] = (unsigned char)((seed = seed * 1664525u + 1013904223u) >> 24);
    return pixels;
}

/* The demo model over noise and a text, by every set of kernels and some numbers of threads. */
static void same_bits(void (*open)(struct golden_model *, const char *, unsigned, const char *))
{
    enum { N = 23, SIZE = 96, DIM = 64 };
    const size_t picture = (size_t)SIZE * SIZE * 3;
    const struct img_text text = {"a red circle on a blue background", 33};
    static float want[N][DIM], want_text[DIM];
    unsigned char *pixels = noise(N * picture);
    bool first = true;
    for (const struct img_kernels *const *set = img_kernels_built(); *set; set++)
        for (unsigned threads = 1; threads <= 5 && img_kernels_run_here(*set); threads += 2) {
            struct golden_model demo;
            struct img_err err;
            float got[N][DIM], got_text[DIM];
            open(&demo, DEMO, threads, (*set)->name);
            assert_true(img_engine_encode_images(demo.engine, pixels, N, got[0], &err));
            assert_true(img_engine_encode_text(demo.engine, &text, got_text, &err));
            if (first) {
                memcpy(want, got, sizeof got);
                memcpy(want_text, got_text, sizeof got_text);
                first = false;
            }
            assert_memory_equal(want, got, sizeof got);
            assert_memory_equal(want_text, got_text, sizeof got_text);
            for (size_t i = 0; i < N; i += 7) { /* alone */
                assert_true(
                    img_engine_encode_images(demo.engine, pixels + i * picture, 1, got[0], &err));
                assert_memory_equal(want[i], got[0], sizeof got[0]);
            }
            golden_close(&demo);
        }
    free(pixels);
}

static void bits_do_not_depend_on_how_the_work_is_done(void **state)
{
    (void)state;
    same_bits(golden_open);
}

static void at_bfloat16_neither(void **state)
{
    (void)state;
    same_bits(golden_open_bf16);
}

static void positions_of_the_own_grid_stay(void **state)
{
    (void)state;
    enum { GRID = 5, WIDTH = 7, COUNT = (1 + GRID * GRID) * WIDTH };
    float positions[COUNT], out[COUNT], twice[(1 + 4 * GRID * GRID) * WIDTH];
    for (int i = 0; i < COUNT; i++)
        positions[i] = sinf((float)i);
    img_positions_interpolate(positions, GRID, GRID, WIDTH, out);
    assert_memory_equal(positions, out, sizeof out);
    for (int i = WIDTH; i < COUNT; i++)
        positions[i] = 0.25f;
    img_positions_interpolate(positions, GRID, 2 * GRID, WIDTH, twice);
    assert_memory_equal(positions, twice, WIDTH * sizeof *twice);
    for (size_t i = WIDTH; i < sizeof twice / sizeof *twice; i++)
        assert_true(twice[i] == 0.25f);
}

static void normalizing(void **state)
{
    (void)state;
    float v[2] = {3, 4}, zero[2] = {0, 0};
    assert_true(img_vector_normalize(v, 2));
    assert_true(v[0] == 0.6f && v[1] == 0.8f);
    assert_false(img_vector_normalize(zero, 2));
    assert_true(zero[0] == 0 && zero[1] == 0);
    assert_true(img_vector_finite(v, 2));
    v[1] = INFINITY;
    assert_false(img_vector_finite(v, 2));
    v[1] = NAN;
    assert_false(img_vector_finite(v, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_models_give_the_references_embeddings),
        cmocka_unit_test(a_full_size_model_gives_the_references_embeddings),
        cmocka_unit_test(bfloat16_is_near_enough),
        cmocka_unit_test(a_plain_vit_gives_embeddings_and_logits),
        cmocka_unit_test(bits_do_not_depend_on_how_the_work_is_done),
        cmocka_unit_test(at_bfloat16_neither),
        cmocka_unit_test(positions_of_the_own_grid_stay),
        cmocka_unit_test(normalizing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
