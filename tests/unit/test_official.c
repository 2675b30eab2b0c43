/* The official checkpoint, where it is installed, against its published vectors: OpenAI's own test
 * picture and the probabilities its README prints. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/names.h"
#include "pipeline/batch.h"
#include "support/npy.h"

enum { DIM = 512, TEXTS = 3 };

static double cosine(const float *a, const float *b)
{
    double dot = 0, aa = 0, bb = 0;
    for (int i = 0; i < DIM; i++) {
        dot += (double)a[i] * (double)b[i];
        aa += (double)a[i] * (double)a[i];
        bb += (double)b[i] * (double)b[i];
    }
    return dot / sqrt(aa * bb);
}

static void need(bool there, const char *what)
{
    if (!there) {
        print_message("skipped: %s\n", what);
        skip();
    }
}

static void published_vectors_come_out(void **state)
{
    (void)state;
    struct img_arena arena = {0};
    struct img_hub_places places;
    struct img_hub_model found;
    struct img_err err;
    need(shared_folder() != NULL, "the folder with reference numbers is not there");
    bool installed = img_config_places(&places, &arena, &err) &&
                     img_hub_find(&places, "clip-vit-base-patch32", &found, &err);
    img_arena_clear(&arena);
    need(installed, "the official checkpoint clip-vit-base-patch32 is not installed");

    struct img_model model = {0};
    struct img_embedder embedder = {0};
    struct img_batch batch = {0};
    const struct img_settings settings = {.prep = IMG_PREP_DEFAULTS, .max_file_size = 1 << 28,
                                          .decoders = 1, .timeout_ms = 60000, .batch = 4};
    const struct img_embedder_options options = {.pictures = 1};
    struct img_item items[1 + TEXTS] = {
        {.kind = IMG_ITEM_PATH, .path = shared_path("golden/openai-vit-b32/CLIP.png")},
        {.kind = IMG_ITEM_TEXT, .text = "a diagram", .text_len = 9},
        {.kind = IMG_ITEM_TEXT, .text = "a dog", .text_len = 5},
        {.kind = IMG_ITEM_TEXT, .text = "a cat", .text_len = 5},
    };
    assert_true(img_model_open(&model, found.path, &err));
    assert_true(img_embedder_open(&embedder, &settings, &model, &options, &err));
    assert_true(img_batch_open(&batch, &embedder, &err));
    assert_true(img_batch_run(&batch, items, 1 + TEXTS, &err));

    struct npy picture, texts;
    assert_true(npy_open(&picture, shared_path("golden/openai-vit-b32/clip_png_image_features.npy")));
    assert_true(npy_open(&texts, shared_path("golden/openai-vit-b32/text_features.npy")));
    assert_true(cosine(items[0].embedding, picture.data) >= 0.9999);
    double logits[TEXTS], sum = 0;
    for (int i = 0; i < TEXTS; i++) {
        assert_true(cosine(items[1 + i].embedding, (const float *)texts.data + i * DIM) >= 0.9999);
        logits[i] = exp(100 * cosine(items[0].embedding, items[1 + i].embedding));
        sum += logits[i];
    }
    static const double printed[TEXTS] = {0.99279, 0.00421, 0.00300};
    for (int i = 0; i < TEXTS; i++)
        assert_true(fabs(logits[i] / sum - printed[i]) < 2e-4);
    npy_close(&picture);
    npy_close(&texts);
    img_batch_close(&batch);
    img_embedder_close(&embedder);
    img_model_close(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(published_vectors_come_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
