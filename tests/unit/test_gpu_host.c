/* The host's side of the GPU engine, with a plug-in that fails on demand: no driver is needed. */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/gpu/gpu.h"
#include "engine/gpu/load.h"
#include "hooks/fake-gpu.h"
#include "pipeline/embedder.h"
#include "support/scratch.h"

#define DEMO "lib/data/demo"
enum { N = 70, DIM = 64, SIZE = 32, PICTURE = SIZE * SIZE * 3 };

struct said {
    char text[1024]; /* the last warning */
    unsigned warnings;
};

struct bench {
    struct fake_gpu *fake;
    char path[600];
    struct said said;
    struct img_report report;
    struct img_engine_options options;
    struct img_model model;
    struct img_engine *engine;
    uint8_t *pixels; /* [N] */
    float out[N][DIM];
    struct img_err err;
};

static void listen(void *ctx, enum img_level level, const char *text)
{
    struct said *said = ctx;
    if (level != IMG_WARNING)
        return;
    snprintf(said->text, sizeof said->text, "%s", text);
    said->warnings++;
}

static int begin(void **state)
{
    static struct bench bench;
    static struct fake_gpu fresh;
    struct bench *b = &bench;
    const char *build = getenv("BUILD");
    memset(b, 0, sizeof *b);
    snprintf(b->path, sizeof b->path, "%s/tests/fake-gpu.so", build ? build : "build");
    void *handle = dlopen(b->path, RTLD_NOW);
    assert_non_null(handle);
    b->fake = dlsym(handle, FAKE_GPU_SYMBOL);
    assert_non_null(b->fake);
    dlclose(handle); /* an engine's own dlopen says that it stays */
    handle = dlopen(b->path, RTLD_NOW | RTLD_NODELETE);
    b->fake = dlsym(handle, FAKE_GPU_SYMBOL);
    dlclose(handle);
    if (!fresh.plugin.version)
        fresh = *b->fake;
    *b->fake = fresh;
    b->report = (struct img_report){listen, &b->said};
    b->options = (struct img_engine_options){
        .threads = 1, .image_size = SIZE, .report = &b->report,
        .gpu = {.wish = IMG_GPU_MUST, .plugin = b->path}};
    b->pixels = malloc((size_t)N * PICTURE);
    for (size_t i = 0; i < (size_t)N * PICTURE; i++)
        b->pixels[i] = (uint8_t)(i * 2654435761u >> 24);
    assert_true(img_model_open(&b->model, DEMO, &b->err));
    *state = b;
    return 0;
}

static int end(void **state)
{
    struct bench *b = *state;
    img_engine_close(b->engine);
    assert_int_equal(b->fake->nets, 0);
    img_model_close(&b->model);
    free(b->pixels);
    return 0;
}

static void open_it(struct bench *b)
{
    if (!img_engine_open_gpu(&b->engine, &b->model, &b->options, &b->err))
        fail_msg("%s", b->err.text);
}

static void fails_to_open(struct bench *b, const char *words)
{
    assert_false(img_engine_open(&b->engine, &b->model, &b->options, &b->err));
    print_message("%s\n", b->err.text);
    assert_non_null(strstr(b->err.text, words));
    assert_null(strchr(b->err.text, '\n'));
    assert_int_equal(img_code_exit(b->err.code), IMG_EXIT_ENVIRONMENT);
}

static void encodes(struct bench *b)
{
    assert_true(img_engine_encode_images(b->engine, b->pixels, N, b->out[0], &b->err));
}

static bool is_fake(const struct bench *b, size_t row)
{
    return b->out[row][5] == fake_gpu_value(b->pixels + row * PICTURE, 5);
}

static void a_plug_in_must_fit(void **state)
{
    struct bench *b = *state;
    b->fake->plugin.interface = 99;
    fails_to_open(b, "interface 99");
    b->fake->plugin.interface = IMG_GPU_INTERFACE;
    b->fake->plugin.version = "9.9.9";
    fails_to_open(b, "is of img-tools 9.9.9");
    b->options.gpu.plugin = "no/such/plug-in.so";
    fails_to_open(b, "cannot be loaded");
    scratch_open();
    b->options.gpu.plugin = scratch_write("text.so", "no library", 10);
    fails_to_open(b, "cannot be loaded");
    scratch_close();
    b->options.gpu.plugin = "libm.so.6";
    fails_to_open(b, "no plug-in of img-tools");
}

static void devices_are_named(void **state)
{
    struct bench *b = *state;
    b->fake->devices_fail = IMG_ERR_SYSTEM;
    fails_to_open(b, "no fake device today");
    b->fake->devices_fail = IMG_OK;
    b->fake->open_fails = IMG_ERR_SYSTEM;
    fails_to_open(b, "Fake Card does not open");
    b->fake->open_fails = IMG_OK;
    b->options.gpu.device = "cuda:0";
    fails_to_open(b, "there is no device 'cuda:0'; there is opencl:0:0 (Fake Card)");
    b->options.gpu.device = "opencl:0:1";
    fails_to_open(b, "opencl:0:1");
    b->options.gpu.device = "fake";
    open_it(b);
    assert_string_equal(b->engine->info.kernels, "Fake Card");
    assert_string_equal(b->engine->info.precision, "gpu-f32");
    assert_int_equal(b->engine->info.dimension, DIM);
}

static void a_processor_is_no_card(void **state)
{
    (void)state;
    struct img_gpu_device found[4] = {
        {.id = "opencl:0:0", .name = "PoCL's", .kind = IMG_GPU_PROCESSOR},
        {.id = "opencl:1:0", .name = "Intel Iris", .kind = IMG_GPU_CARD},
        {.id = "opencl:2:0", .name = "NVIDIA H100", .kind = IMG_GPU_CARD, .cuda = "cuda:0"},
        {.id = "opencl:2:1", .name = "NVIDIA T4", .kind = IMG_GPU_CARD, .cuda = "cuda:1"}};
    static const struct { const char *name; size_t count; bool others; int want; } cases[] = {
        {NULL, 4, false, 2}, {NULL, 2, false, 1}, {NULL, 1, false, -1}, {NULL, 1, true, 0},
        {"cuda:1", 4, false, 3}, {"cuda:2", 4, true, -1}, {"cuda:", 4, true, -1},
        {"opencl:0:0", 4, false, 0}, {"opencl:3:0", 4, true, -1}, {"iris", 4, false, 1},
        {"nvidia", 4, false, 2}, {"AMD", 4, true, -1}, {NULL, 0, true, -1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct img_err err;
        size_t chosen;
        bool ok = img_gpu_choose(found, cases[i].count, cases[i].name, cases[i].others, &chosen,
                                 &err);
        assert_int_equal(ok ? (int)chosen : -1, cases[i].want);
    }
}

static void without_room_batches_are_halved(void **state)
{
    struct bench *b = *state;
    open_it(b);
    size_t plenty = img_engine_gpu_at_once(b->engine);
    encodes(b);
    assert_int_equal(b->said.warnings, 0);
    b->fake->late_room = plenty / 4;
    encodes(b);
    encodes(b);
    assert_int_equal(img_engine_gpu_at_once(b->engine), plenty / 4);
    assert_int_equal(b->said.warnings, 1);
    print_message("%s\n", b->said.text);
    assert_true(is_fake(b, 0) && is_fake(b, N - 1));
    assert_string_equal(b->engine->info.engine, "gpu");
}

static void down_to_one_at_a_time(void **state)
{
    struct bench *b = *state;
    b->fake->room = 1;
    open_it(b);
    encodes(b);
    assert_int_equal(img_engine_gpu_at_once(b->engine), 1);
    assert_true(is_fake(b, 0) && is_fake(b, N - 1));
    assert_int_equal(b->said.warnings, 1);
}

static void the_cpu_finishes_for_a_card_nobody_asked_for(void **state)
{
    struct bench *b = *state;
    const struct img_text text = {"a red circle", 12};
    struct img_engine *cpu;
    struct img_gpu_stats stats;
    static float want[N][DIM];
    b->options.gpu.wish = IMG_GPU_IF_THERE;
    open_it(b);
    encodes(b);
    assert_true(is_fake(b, 0));
    assert_true(img_engine_gpu_stats(b->engine, &stats));
    b->fake->lost_at = b->fake->calls + 1;
    encodes(b);
    print_message("%s\n", b->said.text);
    assert_int_equal(b->said.warnings, 1);
    assert_string_equal(b->engine->info.engine, "cpu");
    assert_string_equal(b->engine->info.precision, "f32");
    assert_false(img_engine_gpu_stats(b->engine, &stats));
    assert_true(img_engine_open_cpu(&cpu, &b->model, &b->options, &b->err));
    assert_true(img_engine_encode_images(cpu, b->pixels, N, want[0], &b->err));
    assert_memory_equal(want, b->out, sizeof want);
    assert_true(img_engine_encode_text(b->engine, &text, b->out[0], &b->err));
    assert_true(img_engine_encode_text(cpu, &text, want[0], &b->err));
    assert_memory_equal(want[0], b->out[0], sizeof want[0]);
    img_engine_close(cpu);
    assert_int_equal(b->said.warnings, 1);
}

static void one_that_was_asked_for_is_missed(void **state)
{
    struct bench *b = *state;
    const struct img_text text = {"a red circle", 12};
    open_it(b);
    assert_true(img_engine_encode_text(b->engine, &text, b->out[0], &b->err));
    b->fake->lost_at = b->fake->calls + 1;
    assert_false(img_engine_encode_text(b->engine, &text, b->out[0], &b->err));
    assert_int_equal(b->err.code, IMG_ERR_DEVICE_LOST);
    print_message("%s\n", b->err.text);
    assert_false(img_engine_encode_images(b->engine, b->pixels, 1, b->out[0], &b->err));
    assert_int_equal(b->err.code, IMG_ERR_DEVICE_LOST);
    assert_int_equal(img_code_exit(b->err.code), IMG_EXIT_INPUT);
    print_message("%s\n", b->err.text);
    assert_int_equal(b->said.warnings, 0);
}

static void nobody_waits_for_a_card_that_is_not_there(void **state)
{
    struct bench *b = *state;
    b->options.gpu.wish = IMG_GPU_IF_THERE;
    b->fake->devices_fail = IMG_ERR_SYSTEM;
    assert_true(img_engine_open(&b->engine, &b->model, &b->options, &b->err));
    assert_string_equal(b->engine->info.engine, "cpu");
    assert_int_equal(b->said.warnings, 0);
}

/* Two decoded pictures through the embedder, whose device is lost at the second batch. */
static void lose_in_the_pipeline(struct bench *b, struct img_item items[2])
{
    struct img_settings settings = {.batch = 2, .decoders = 1, .prep = {.size = SIZE}};
    struct img_embedder_options options = {.engine = b->options};
    struct img_item *list[2] = {&items[0], &items[1]};
    struct img_embedder embedder;
    options.engine.gpu.wish = IMG_GPU_NEVER; /* else a card would be looked for first */
    assert_true(img_embedder_open(&embedder, &settings, &b->model, &options, &b->err));
    img_engine_close(embedder.engine);
    assert_true(img_engine_open_gpu(&embedder.engine, &b->model, &b->options, &b->err));
    embedder.precision = embedder.engine->info.precision;
    for (size_t i = 0; i < 2; i++) {
        items[i] = (struct img_item){.kind = IMG_ITEM_BYTES, .pixels = b->pixels,
                                     .decoded = true, .embedding = b->out[i]};
        b->fake->lost_at = i == 0 ? 0 : b->fake->calls + 1;
        assert_true(img_embedder_encode(&embedder, &list[i], 1, &b->err));
    }
    assert_string_equal(items[0].precision, "gpu-f32");
    img_embedder_close(&embedder);
}

static void a_loss_costs_an_error_or_the_precision(void **state)
{
    struct bench *b = *state;
    struct img_item items[2];
    lose_in_the_pipeline(b, items);
    assert_true(items[0].encoded && !items[1].encoded);
    assert_int_equal(items[1].err.code, IMG_ERR_DEVICE_LOST);
}

static void the_cpus_vectors_say_so(void **state)
{
    struct bench *b = *state;
    struct img_item items[2];
    b->options.gpu.wish = IMG_GPU_IF_THERE;
    lose_in_the_pipeline(b, items);
    assert_true(items[1].encoded);
    assert_string_equal(items[1].precision, "f32");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_plug_in_must_fit),
        TEST(devices_are_named),
        TEST(a_processor_is_no_card),
        TEST(without_room_batches_are_halved),
        TEST(down_to_one_at_a_time),
        TEST(the_cpu_finishes_for_a_card_nobody_asked_for),
        TEST(one_that_was_asked_for_is_missed),
        TEST(a_loss_costs_an_error_or_the_precision),
        TEST(the_cpus_vectors_say_so),
        TEST(nobody_waits_for_a_card_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
