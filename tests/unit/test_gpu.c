/* The GPU engine, on whatever OpenCL device is here: the reference's embeddings, whatever the batch. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/gpu/gpu.h"
#include "support/golden.h"
#include "support/gpu.h"
#include "support/npy.h"
#include "support/scratch.h"

#define DEMO "lib/data/demo"
enum { SIZE = 96, DIM = 64, PICTURE = SIZE * SIZE * 3 };

/* Norm of the difference from the reference's float32. */
#define F32_LIMIT 5e-6
/* The same where the cosine is 0.9999. */
#define F16_LIMIT 0.01414

static void need_shared(void)
{
    gpu_need();
    if (!shared_folder()) {
        print_message("skipped: the folder with reference numbers is not there\n");
        skip();
    }
}

static void against_golden(bool f16)
{
    static const char *const folders[] = {"hf-tiny", "hf-tiny-bf16", "open-clip-tiny",
                                          "open-clip-tiny-quickgelu"};
    struct img_engine_options options = gpu_options();
    options.gpu.f16 = f16;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[128];
        struct golden_model model;
        snprintf(path, sizeof path, "golden/%s", folders[i]);
        golden_open_with(&model, strstr(path, "quick") ? golden_synth(folders[i])
                                                       : shared_path(path), &options);
        model.limit = f16 ? F16_LIMIT : F32_LIMIT;
        assert_string_equal(model.engine->info.precision, f16 ? "gpu-f16" : "gpu-f32");
        golden_folder(&model, folders[i]);
        golden_close(&model);
    }
}

static void small_models_give_the_references_embeddings(void **state)
{
    (void)state;
    need_shared();
    against_golden(false);
}

/* 16-bit storage needs nothing of a device: only what is fast does. */
static void in_16_bits_nearly(void **state)
{
    (void)state;
    need_shared();
    against_golden(true);
}

/* Noise is picture enough where engines are compared. */
static unsigned char *noise(size_t n)
{
    unsigned char *pixels = malloc(n);
    uint32_t seed = 1;
    assert_non_null(pixels);
    for (size_t i = 0; i < n; i++)
        pixels[i] = (unsigned char)((seed = seed * 1664525u + 1013904223u) >> 24);
    return pixels;
}

static double distance(const float *a, const float *b, size_t n)
{
    double difference = 0, norm = 0;
    for (size_t i = 0; i < n; i++) {
        difference += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        norm += (double)b[i] * (double)b[i];
    }
    return sqrt(difference / norm);
}

/* The CPU's and the GPU's embeddings of n noisy pictures. */
static void compare(const char *folder, const struct img_engine_options *options, size_t n)
{
    struct golden_model gpu, cpu;
    struct img_engine_options exact = *options;
    struct img_err err;
    exact.gpu.wish = IMG_GPU_NEVER;
    golden_open_with(&gpu, folder, options);
    golden_open_with(&cpu, folder, &exact);
    size_t size = cpu.engine->info.image_size, dimension = cpu.engine->info.dimension;
    unsigned char *pixels = noise(n * size * size * 3);
    float *got = malloc(n * dimension * sizeof *got), *want = malloc(n * dimension * sizeof *want);
    assert_true(img_engine_encode_images(gpu.engine, pixels, n, got, &err));
    assert_true(img_engine_encode_images(cpu.engine, pixels, n, want, &err));
    for (size_t i = 0; i < n; i++)
        assert_true(distance(got + i * dimension, want + i * dimension, dimension) <= F32_LIMIT);
    assert_memory_equal(gpu.engine->info.fingerprint, cpu.engine->info.fingerprint, 17);
    assert_true(gpu.engine->info.logit_scale == cpu.engine->info.logit_scale);
    if (cpu.engine->info.classes > 0) {
        size_t classes = cpu.engine->info.classes;
        float *a = malloc(classes * sizeof *a), *b = malloc(classes * sizeof *b);
        assert_true(img_engine_classify(gpu.engine, want, 1, a, &err));
        assert_true(img_engine_classify(cpu.engine, want, 1, b, &err));
        assert_true(distance(a, b, classes) <= F32_LIMIT);
        free(a);
        free(b);
    }
    free(got);
    free(want);
    free(pixels);
    golden_close(&gpu);
    golden_close(&cpu);
}

static void other_sizes_and_plain_samples(void **state)
{
    (void)state;
    gpu_need();
    static const uint32_t sizes[] = {16, 17, 50, 113, 160};
    struct img_engine_options options = gpu_options();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        options.image_size = sizes[i];
        compare(DEMO, &options, 3);
    }
    options.image_size = 0;
    options.plain_samples = true;
    compare(DEMO, &options, 3);
}

static void a_plain_vit(void **state)
{
    (void)state;
    need_shared();
    struct img_engine_options options = gpu_options();
    compare(shared_path("models/vit_tiny_patch16_224"), &options, 2);
}

static void a_row_does_not_depend_on_its_batch(void **state)
{
    (void)state;
    gpu_need();
    static const size_t batches[] = {1, 3, 32, 100};
    static float all[100][DIM], some[100][DIM];
    struct golden_model gpu;
    struct img_engine_options options = gpu_options();
    struct img_err err;
    const size_t picture = (size_t)48 * 48 * 3;
    unsigned char *pixels = noise(100 * picture);
    options.image_size = 48;
    golden_open_with(&gpu, DEMO, &options);
    assert_true(img_engine_encode_images(gpu.engine, pixels, 100, all[0], &err));
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
        for (size_t at = 0, step; at < 100; at += step) {
            step = 100 - at < batches[b] ? 100 - at : batches[b];
            assert_true(img_engine_encode_images(gpu.engine, pixels + at * picture, step,
                                                 some[at], &err));
        }
        assert_memory_equal(some, all, sizeof all);
    }
    golden_close(&gpu);
    free(pixels);
}

static void a_thousand_batches_leave_nothing(void **state)
{
    (void)state;
    gpu_need();
    struct golden_model gpu;
    struct img_engine_options options = gpu_options();
    struct img_gpu_stats before, after;
    struct img_err err;
    float out[DIM];
    unsigned char *pixels = noise(PICTURE);
    options.image_size = 32;
    golden_open_with(&gpu, DEMO, &options);
    for (int i = 0; i <= 1000; i++) {
        const struct img_text text = {"a red circle", 12};
        if (i == 1)
            assert_true(img_engine_gpu_stats(gpu.engine, &before));
        assert_true(img_engine_encode_images(gpu.engine, pixels, 1, out, &err));
        assert_true(i % 100 != 0 || img_engine_encode_text(gpu.engine, &text, out, &err));
    }
    assert_true(img_engine_gpu_stats(gpu.engine, &after));
    print_message("%zu objects, %llu bytes\n", after.objects, (unsigned long long)after.bytes);
    assert_int_equal(before.objects, after.objects);
    assert_int_equal(before.bytes, after.bytes);
    golden_close(&gpu);
    free(pixels);
}

struct said {
    char text[4096];
    unsigned lines;
};

static void listen(void *ctx, enum img_level level, const char *text)
{
    struct said *said = ctx;
    if (level == IMG_WARNING && said->lines++ < 16)
        snprintf(said->text, sizeof said->text, "%s", text);
}

static void little_memory_means_smaller_batches(void **state)
{
    (void)state;
    gpu_need();
    enum { N = 70 };
    static float want[N][DIM];
    struct golden_model gpu;
    struct said said = {0};
    const struct img_report report = {listen, &said};
    struct img_engine_options options = gpu_options();
    struct img_gpu_stats stats;
    struct img_err err;
    unsigned char *pixels = noise(N * (size_t)PICTURE);
    golden_open_with(&gpu, DEMO, &options);
    size_t plenty = img_engine_gpu_at_once(gpu.engine);
    assert_true(img_engine_encode_images(gpu.engine, pixels, N, want[0], &err));
    assert_true(img_engine_gpu_stats(gpu.engine, &stats));
    golden_close(&gpu);
    /* Sized to what there is … */
    options.gpu.memory = stats.bytes / 2;
    golden_open_with(&gpu, DEMO, &options);
    assert_true(img_engine_gpu_at_once(gpu.engine) < plenty);
    golden_close(&gpu);
    /* … and not even enough for the weights. */
    options.gpu.memory = 1 << 20;
    struct img_model model = {0};
    struct img_engine *none;
    assert_true(img_model_open(&model, DEMO, &err));
    assert_false(img_engine_open(&none, &model, &options, &err));
    assert_int_equal(err.code, IMG_ERR_OUT_OF_MEMORY);
    print_message("%s\n", err.text);
    options.gpu.wish = IMG_GPU_IF_THERE;
    options.report = &report;
    assert_true(img_engine_open(&none, &model, &options, &err));
    assert_string_equal(none->info.engine, "cpu");
    img_engine_close(none);
    img_model_close(&model);
    free(pixels);
}

static void compiled_programs_are_kept(void **state)
{
    (void)state;
    gpu_need();
    struct img_engine_options options = gpu_options();
    struct img_gpu_stats stats;
    struct golden_model gpu;
    options.cache_folder = scratch_open();
    static const struct { bool damage, compiled; } runs[] = {
        {false, true}, {false, false}, {true, true}, {false, false}};
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        char command[600];
        snprintf(command, sizeof command, "for f in '%s'/opencl/*.bin; do printf x >>\"$f\"; done",
                 options.cache_folder);
        if (runs[i].damage)
            assert_int_equal(system(command), 0);
        golden_open_with(&gpu, DEMO, &options);
        assert_true(img_engine_gpu_stats(gpu.engine, &stats));
        assert_int_equal(stats.compiled, runs[i].compiled);
        golden_close(&gpu);
    }
    scratch_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_models_give_the_references_embeddings),
        cmocka_unit_test(in_16_bits_nearly),
        cmocka_unit_test(other_sizes_and_plain_samples),
        cmocka_unit_test(a_plain_vit),
        cmocka_unit_test(a_row_does_not_depend_on_its_batch),
        cmocka_unit_test(a_thousand_batches_leave_nothing),
        cmocka_unit_test(little_memory_means_smaller_batches),
        cmocka_unit_test(compiled_programs_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
