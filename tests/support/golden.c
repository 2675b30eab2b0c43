/* Comparing with golden numbers by relative distance, printed and bounded. */
#include "support/golden.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "json/doc.h"
#include "model/synth.h"
#include "support/npy.h"

void golden_open(struct golden_model *golden, const char *folder, unsigned threads,
                 const char *kernels)
{
    golden_open_with(golden, folder,
                     &(struct img_engine_options){.threads = threads, .kernels = kernels});
}

void golden_open_with(struct golden_model *golden, const char *folder,
                      const struct img_engine_options *options)
{
    struct img_err err;
    *golden = (struct golden_model){0};
    if (!img_model_open(&golden->model, folder, &err) ||
        !img_engine_open(&golden->engine, &golden->model, options, &err))
        fail_msg("%s: %s", folder, err.text);
}

void golden_open_bf16(struct golden_model *golden, const char *folder, unsigned threads,
                      const char *kernels)
{
    golden_open_with(
        golden, folder,
        &(struct img_engine_options){.threads = threads, .kernels = kernels, .bf16 = true});
    golden->limit = GOLDEN_BF16_LIMIT;
}

void golden_close(struct golden_model *golden)
{
    img_engine_close(golden->engine);
    img_model_close(&golden->model);
    *golden = (struct golden_model){0};
}

const char *golden_synth(const char *golden_folder)
{
    static char folder[512];
    char config[1024], done[600];
    struct img_err err;
    const char *build = getenv("IMG_TOOLS_BUILD");
    snprintf(folder, sizeof folder, "%s/models/%s", build ? build : "build", golden_folder);
    snprintf(done, sizeof done, "%s/made", folder);
    if (access(done, F_OK) == 0)
        return folder;
    snprintf(config, sizeof config, "%s", shared_path(""));
    snprintf(config + strlen(config), sizeof config - strlen(config), "golden/%s", golden_folder);
    struct img_synth_spec spec = {.config_folder = config};
    if (!img_synth_write(&spec, folder, &err))
        fail_msg("%s: %s", golden_folder, err.text);
    FILE *mark = fopen(done, "w");
    assert_non_null(mark);
    assert_int_equal(fclose(mark), 0);
    return folder;
}

/* Rows of pixels.jsonl that differ for open_clip take theirs from its own array. */
static void take_open_clip_rows(unsigned char *pixels, unsigned size, size_t rows, size_t bytes)
{
    struct npy own;
    char name[64], field[64], line[4096];
    snprintf(name, sizeof name, "golden/pixels_open_clip_%u_u8.npy", size);
    snprintf(field, sizeof field, "open_clip_%u_row", size);
    assert_true(npy_open(&own, shared_path(name)));
    FILE *list = fopen(shared_path("golden/pixels.jsonl"), "r");
    assert_non_null(list);
    for (size_t row = 0; row < rows && fgets(line, sizeof line, list); row++) {
        struct img_err err;
        struct img_doc *doc =
            img_doc_parse(line, strlen(line), 100, IMG_ERR_BAD_RECORD, &err);
        int64_t from;
        assert_non_null(doc);
        if (img_doc_int(img_doc_get(doc, field), &from))
            memcpy(pixels + row * bytes, (const unsigned char *)own.data + (size_t)from * bytes,
                   bytes);
        img_doc_free(doc);
    }
    fclose(list);
    npy_close(&own);
}

unsigned char *golden_pixels(enum img_layout layout, unsigned size, size_t *rows)
{
    struct npy all;
    char name[64];
    snprintf(name, sizeof name, "golden/pixels_hf_%u_u8.npy", size);
    if (!npy_open(&all, shared_path(name)))
        return NULL;
    size_t bytes = (size_t)size * size * 3;
    *rows = all.shape[0];
    unsigned char *pixels = malloc(*rows * bytes);
    assert_non_null(pixels);
    memcpy(pixels, all.data, *rows * bytes);
    npy_close(&all);
    if (layout != IMG_LAYOUT_HF)
        take_open_clip_rows(pixels, size, *rows, bytes);
    return pixels;
}

/* Distance of got from row `row` of an array of float32 or float64, over the array's row's norm. */
static double distance(const float *got, const struct npy *want, size_t row, size_t n)
{
    double difference = 0, norm = 0;
    for (size_t i = 0; i < n; i++) {
        double w = want->type[1] == '8' ? ((const double *)want->data)[row * n + i]
                                        : (double)((const float *)want->data)[row * n + i];
        difference += ((double)got[i] - w) * ((double)got[i] - w);
        norm += w * w;
    }
    return sqrt(difference / norm);
}

void golden_images(struct golden_model *golden, const unsigned char *pixels, const char *npy_path,
                   double limit)
{
    struct npy want;
    struct img_err err;
    const struct img_engine_info *info = &golden->engine->info;
    if (!npy_open(&want, npy_path))
        fail_msg("%s: cannot be read", npy_path);
    assert_int_equal(want.shape[1], info->dimension);
    float *got = malloc(want.shape[0] * info->dimension * sizeof *got);
    assert_non_null(got);
    if (!img_engine_encode_images(golden->engine, pixels, want.shape[0], got, &err))
        fail_msg("%s", err.text);
    double worst = 0;
    for (size_t row = 0; row < want.shape[0]; row++)
        worst = fmax(worst, distance(got + row * info->dimension, &want, row, info->dimension));
    print_message("%s: %zu pictures, largest distance %.2e\n", npy_path, want.shape[0], worst);
    assert_true(worst <= limit);
    free(got);
    npy_close(&want);
}

void golden_texts(struct golden_model *golden, const char *npy_path, double limit)
{
    struct npy want;
    struct img_err err;
    const struct img_engine_info *info = &golden->engine->info;
    if (!npy_open(&want, npy_path))
        fail_msg("%s: cannot be read", npy_path);
    assert_int_equal(want.shape[1], info->dimension);
    struct img_doc *texts = img_doc_read(shared_path("golden/embedded_texts.json"), 1 << 20, 1000,
                                         IMG_ERR_BAD_RECORD, &err);
    float *got = malloc(info->dimension * sizeof *got);
    assert_non_null(got);
    assert_int_equal(img_doc_count(texts), want.shape[0]);
    double worst = 0;
    size_t row = 0;
    for (const struct img_doc *t = img_doc_first(texts); t; t = img_doc_next(t), row++) {
        struct img_text text = {img_doc_text(t), strlen(img_doc_text(t))};
        if (!img_engine_encode_text(golden->engine, &text, got, &err))
            fail_msg("%s: %s", text.bytes, err.text);
        worst = fmax(worst, distance(got, &want, row, info->dimension));
    }
    print_message("%s: %zu texts, largest distance %.2e\n", npy_path, row, worst);
    assert_true(worst <= limit);
    free(got);
    img_doc_free(texts);
    npy_close(&want);
}

void golden_folder(struct golden_model *golden, const char *name)
{
    static const struct {
        const char *file;
        bool text;
        double limit;
    } arrays[] = {
        {"image_features.npy", false, GOLDEN_FLOAT_LIMIT},
        {"image_features_f64.npy", false, GOLDEN_TRUTH_LIMIT},
        {"text_features.npy", true, GOLDEN_FLOAT_LIMIT},
        {"text_features_f64.npy", true, GOLDEN_TRUTH_LIMIT},
    };
    size_t rows;
    unsigned char *pixels =
        golden_pixels((enum img_layout)golden->model.arch.layout, golden->engine->info.image_size,
                      &rows);
    assert_non_null(pixels);
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        char path[256];
        snprintf(path, sizeof path, "golden/%s/%s", name, arrays[i].file);
        if (access(shared_path(path), R_OK) != 0)
            continue;
        double limit = golden->limit > 0 ? golden->limit : arrays[i].limit;
        if (arrays[i].text)
            golden_texts(golden, shared_path(path), limit);
        else
            golden_images(golden, pixels, shared_path(path), limit);
    }
    free(pixels);
}
