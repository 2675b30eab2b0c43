/* Encoding: preprocessed pixels or texts in, embeddings out, whoever computes them.
 *
 * An engine is a filled-in struct of functions: the CPU's, a GPU's, that of a server elsewhere
 * (engine/remote/remote.h). Embeddings come un-normalised, as the reference's image_embeds before normalising. */
#ifndef IMG_ENGINE_ENGINE_H
#define IMG_ENGINE_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/report.h"
#include "image/picture.h"
#include "model/model.h"

struct img_engine_info {
    const char *engine;    /* "cpu", "gpu", "remote" */
    const char *precision; /* as records have it: "f32", "bf16", "gpu-f32", "gpu-f16", "remote" */
    const char *kernels;   /* instruction set, device or server in use */
    const char *fingerprint; /* 16 hex digits; "": a server does not say */
    bool takes_files;        /* pictures are handed over encoded, one by one, not as pixels */
    uint32_t dimension;
    uint32_t image_size; /* side of the square that images must have; 0: no image tower */
    uint32_t context;    /* most tokens of a text; 0: no text tower */
    uint32_t classes;    /* of the classifier's head; 0: none */
    uint32_t batch;      /* images worth handing over at once */
    float logit_scale;   /* e to the model's parameter; 0 where the model has none */
};

struct img_text {
    const char *bytes; /* UTF-8 */
    size_t len;
};

/* A picture as its file holds it. */
struct img_encoded {
    const unsigned char *bytes;
    size_t len;
    enum img_format format;
};

/* What an engine that takes files says of a picture. */
struct img_told {
    bool has_confidence, low_quality;
    double confidence;
};

struct img_engine {
    const struct img_engine_ops *ops;
    struct img_engine_info info;
    uint32_t tokens; /* of the text that was encoded last; 0: not known */
};

struct img_engine_ops {
    bool (*encode_images)(struct img_engine *engine, const uint8_t *pixels, size_t n, float *out,
                          struct img_err *err);
    bool (*encode_text)(struct img_engine *engine, const struct img_text *text, float *out,
                        struct img_err *err);
    bool (*classify)(struct img_engine *engine, const float *embeddings, size_t n, float *logits,
                     struct img_err *err);
    /* Of engines that take files; NULL in others. */
    bool (*encode_file)(struct img_engine *engine, unsigned slot, const struct img_encoded *picture,
                        float *out, struct img_told *told, struct img_err *err);
    bool (*encode_texts)(struct img_engine *engine, const struct img_text *texts, size_t n,
                         float *const *outs, struct img_err *errs, struct img_err *err);
    void (*close)(struct img_engine *engine);
};

enum img_gpu_wish {
    IMG_GPU_NEVER,
    IMG_GPU_IF_THERE, /* a card that is there; the CPU where there is none, or when it fails */
    IMG_GPU_MUST,     /* no device, or its loss, is an error */
};

struct img_gpu_options {
    enum img_gpu_wish wish;
    const char *device; /* "cuda:1", "opencl:0:0" or a part of its name; NULL: any */
    bool f16;           /* weights and activations stored in 16 bits, sums in 32 */
    uint64_t memory;    /* most bytes to take on the device; 0: what it has */
    bool measured;      /* for img_engine_gpu_stats(): waits between the stages */
    const char *plugin; /* path; NULL: the one that is installed */
};

struct img_engine_options {
    const char *cache_folder; /* packed weights are kept in its weights/; NULL: nowhere */
    unsigned threads;         /* 0: as many as there are processors */
    uint32_t image_size;      /* other than the model's own: positions are interpolated; 0: own */
    bool plain_samples;       /* u8 / 255 without mean and standard deviation (normalize=false) */
    bool bf16;                /* the CPU's: the layers' products at bfloat16, sums at float32 */
    const char *kernels;      /* an instruction set by name; NULL: the fastest that runs here */
    struct img_gpu_options gpu;
    int (*stopped)(void);     /* not 0: packed weights need not be written to the end; may be NULL */
    const struct img_report *report; /* may be NULL; must outlive the engine */
};

/* The engine that options.gpu asks for. A CPU that steps in for a GPU that is not there says so in a
 * note. Fails as the functions below do. */
IMG_CHECKED bool img_engine_open(struct img_engine **engine, struct img_model *model,
                                 const struct img_engine_options *options, struct img_err *err);

/* The CPU engine. model is opened and not necessarily loaded; it must outlive the
 * engine, which loads its weights when there is no packed file of them yet. Fails with
 * MODEL_INVALID, MODEL_UNSUPPORTED, OUT_OF_MEMORY, CONFIG (image_size) or SYSTEM. */
IMG_CHECKED bool img_engine_open_cpu(struct img_engine **engine, struct img_model *model,
                                     const struct img_engine_options *options,
                                     struct img_err *err);

/* A GPU through its plug-in. Fails as the CPU's does, or with SYSTEM: no plug-in, no driver, no such
 * device. Encoding fails with DEVICE_LOST once a device that was a must has failed; where it was no
 * must, a CPU engine takes over: info then says so. */
IMG_CHECKED bool img_engine_open_gpu(struct img_engine **engine, struct img_model *model,
                                     const struct img_engine_options *options,
                                     struct img_err *err);

/* Reads the packed files of the model in cache_folder, if there are any (*there), and compares them
 * with their checksums. Fails with MODEL_INVALID when it is damaged: it may then be deleted. */
IMG_CHECKED bool img_engine_verify_packed(const struct img_model *model, const char *cache_folder,
                                          bool *there, struct img_err *err);

/* pixels [n, image_size, image_size, 3], 8-bit RGB; out [n, dimension]. The bits of a row depend on
 * its picture alone. Fails with MODEL_UNSUPPORTED (no image tower), a GPU's also with DEVICE_LOST. */
IMG_CHECKED bool img_engine_encode_images(struct img_engine *engine, const uint8_t *pixels,
                                          size_t n, float *out, struct img_err *err);

/* out [dimension]. A text longer than the context is cut as the reference cuts it. Fails with
 * BAD_TEXT or MODEL_UNSUPPORTED (no text tower). */
IMG_CHECKED bool img_engine_encode_text(struct img_engine *engine, const struct img_text *text,
                                        float *out, struct img_err *err);

/* For engines that take files: out [dimension]. Thread-safe, one thread a slot, which is below the
 * number of them that the engine was opened with. Fails with REMOTE, or the code of an input that
 * the server has found something wrong with; with NETWORK when nothing can go on. */
IMG_CHECKED bool img_engine_encode_file(struct img_engine *engine, unsigned slot,
                                        const struct img_encoded *picture, float *out,
                                        struct img_told *told, struct img_err *err);

/* Texts [n] to outs [n][dimension], one thread, beside those of the slots. Which of them failed is in
 * errs [n] (code IMG_OK: it did not). False when nothing can go on. */
IMG_CHECKED bool img_engine_encode_texts(struct img_engine *engine, const struct img_text *texts,
                                         size_t n, float *const *outs, struct img_err *errs,
                                         struct img_err *err);

/* embeddings [n, dimension] to logits [n, classes] through the classifier's head. Fails with
 * MODEL_UNSUPPORTED when the model has none. */
IMG_CHECKED bool img_engine_classify(struct img_engine *engine, const float *embeddings, size_t n,
                                     float *logits, struct img_err *err);

void img_engine_close(struct img_engine *engine);

#endif
