/* Test support: an engine's embeddings against the reference implementations' own. */
#ifndef IMG_TESTS_GOLDEN_H
#define IMG_TESTS_GOLDEN_H

#include "engine/engine.h"

/* Farthest from the float64 truth, and from the reference's float32 (whose own distance from the
 * truth is 4e-7 to 8e-7): norm of the difference over the norm. */
#define GOLDEN_TRUTH_LIMIT 2e-6
#define GOLDEN_FLOAT_LIMIT 3e-6
/* At bfloat16: vectors this near have a cosine of 0.9999. */
#define GOLDEN_BF16_LIMIT 0.01414

/* A model opened with its engine; all fields zero is closed. */
struct golden_model {
    struct img_model model;
    struct img_engine *engine;
    double limit; /* of golden_folder(), in place of those above; 0: those */
};

/* Fails the test when it cannot be opened. threads 0: all; kernels NULL: the fastest. */
void golden_open(struct golden_model *golden, const char *folder, unsigned threads,
                 const char *kernels);
void golden_open_bf16(struct golden_model *golden, const char *folder, unsigned threads,
                      const char *kernels);
/* The same with whatever engine the options ask for. */
void golden_open_with(struct golden_model *golden, const char *folder,
                      const struct img_engine_options *options);
void golden_close(struct golden_model *golden);

/* The model made by the seeded rule, from a golden folder's configuration and CLIP's tokenizer; made
 * once below the build's folder, and kept. The path is static until the next call. */
const char *golden_synth(const char *golden_folder);

/* Preprocessed pictures of the shared folder: every row of pixels_hf_SIZE_u8, or its open_clip
 * counterpart where that differs. [rows, size, size, 3], to be freed; NULL when not there. */
unsigned char *golden_pixels(enum img_layout layout, unsigned size, size_t *rows);

/* Embeds every picture the .npy file has a row for; prints and bounds the largest distance. */
void golden_images(struct golden_model *golden, const unsigned char *pixels, const char *npy_path,
                   double limit);

/* The same for the texts of embedded_texts.json. */
void golden_texts(struct golden_model *golden, const char *npy_path, double limit);

/* Both towers against every array that the golden folder has. */
void golden_folder(struct golden_model *golden, const char *golden_folder);

#endif
