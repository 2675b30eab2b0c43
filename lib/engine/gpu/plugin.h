/* The interface between the programs and a plug-in that drives GPUs: img-gpu-opencl.so is the one
 * there is; one for another vendor's library would fill the same struct.
 *
 * A plug-in exports one function, img_gpu_plugin(). It works with the programs of its own version
 * only: types such as struct img_err are shared. */
#ifndef IMG_ENGINE_GPU_PLUGIN_H
#define IMG_ENGINE_GPU_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/report.h"
#include "model/model.h"

enum { IMG_GPU_INTERFACE = 1, IMG_GPU_DEVICES = 64 };

enum img_gpu_kind { IMG_GPU_CARD, IMG_GPU_PROCESSOR, IMG_GPU_OTHER };

struct img_gpu_device {
    char id[32];   /* "opencl:0:1" */
    char cuda[16]; /* "cuda:0", or "" for what is not NVIDIA's */
    char platform[128], name[128], driver[128];
    uint64_t memory; /* bytes */
    uint32_t kind;   /* enum img_gpu_kind */
    bool f16;        /* computes with 16-bit floats, too */
};

/* What a model is, and what is wanted of it. Pointers are needed during open() only, but for arch
 * and report, which must outlive the net. */
struct img_gpu_spec {
    const struct img_arch *arch;
    uint32_t image_size;            /* 0: no image tower */
    const float (*samples)[256];    /* [3]: the value of each 8-bit sample */
    const float *positions;         /* of the image tower at image_size: [1 + grid * grid, width] */
    void *ctx;
    /* A tensor as the model has it, a matrix of a linear map transposed: [in, out], each line stride
     * floats from the next. */
    void (*read)(void *ctx, enum img_side side, uint32_t layer, enum img_role role, size_t stride,
                 float *out);
    bool f16;                       /* weights and activations are stored in 16 bits */
    bool measured;                  /* wait after each stage, for stats */
    uint64_t memory;                /* most bytes to take on the device; 0: what it has */
    const char *cache_folder;       /* compiled programs are kept in its opencl/; NULL: nowhere */
    const struct img_report *report; /* may be NULL */
};

enum img_gpu_stage {
    IMG_GPU_UPLOAD, IMG_GPU_PATCHES, IMG_GPU_PRODUCTS, IMG_GPU_NORMS, IMG_GPU_ATTENTION,
    IMG_GPU_ACTIVATION, IMG_GPU_DOWNLOAD, IMG_GPU_STAGES
};

struct img_gpu_stats {
    size_t objects; /* of the device's library, alive */
    uint64_t bytes; /* of the device's memory, taken */
    double seconds[IMG_GPU_STAGES]; /* when measured */
    bool compiled;  /* programs were built from source, not taken from the cache */
};

struct img_gpu_net; /* a model on a device */

/* Functions that fail with OUT_OF_MEMORY leave the net as it was before, but for what is reserved:
 * that is to be reserved anew, and smaller. After any other failure the net is only to be closed.
 * One thread at a time. */
struct img_gpu_plugin {
    uint32_t interface;  /* IMG_GPU_INTERFACE */
    const char *version; /* of img-tools */

    /* The devices there are, most at most. Fails with SYSTEM, saying why there are none. */
    bool (*devices)(struct img_gpu_device *devices, size_t most, size_t *count,
                    struct img_err *err);

    bool (*open)(struct img_gpu_net **net, const struct img_gpu_device *device,
                 const struct img_gpu_spec *spec, struct img_err *err);

    /* The most sequences of that many tokens, not above most, that there seems to be memory for; at
     * least 1. */
    size_t (*fits)(const struct img_gpu_net *net, enum img_side side, size_t tokens, size_t most);

    /* Memory to take `sequences` sequences of at most `tokens` tokens through a tower at once. */
    bool (*reserve)(struct img_gpu_net *net, enum img_side side, size_t sequences, size_t tokens,
                    struct img_err *err);

    /* pixels [n, image_size, image_size, 3] to out [n, dimension], any n. */
    bool (*images)(struct img_gpu_net *net, const uint8_t *pixels, size_t n, float *out,
                   struct img_err *err);

    /* rows [n, tokens, width], token and position embeddings added up, pooled at pool [n], to out
     * [n, dimension]; n at most what is reserved. */
    bool (*texts)(struct img_gpu_net *net, const float *rows, const uint32_t *pool, size_t n,
                  size_t tokens, float *out, struct img_err *err);

    void (*stats)(const struct img_gpu_net *net, struct img_gpu_stats *stats);
    void (*close)(struct img_gpu_net *net);
};

#define IMG_GPU_SYMBOL "img_gpu_plugin"
typedef const struct img_gpu_plugin *img_gpu_plugin_function(void);

#endif
