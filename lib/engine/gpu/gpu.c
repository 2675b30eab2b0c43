/* A GPU engine: the host's part. It hands the model to a plug-in, cuts the work to the device's
 * memory, and knows what to do when the device fails. */
#include "engine/gpu/gpu.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "engine/cpu/positions.h"
#include "engine/cpu/prompt.h"
#include "engine/cpu/towers.h"
#include "engine/cpu/unpack.h"
#include "engine/gpu/load.h"

/* Tokens and pictures that go through the blocks together: enough for a large card, and what more
 * would bring is little. */
enum { TOKENS_AT_ONCE = 4096, PICTURES_AT_ONCE = 64 };

struct gpu {
    struct img_engine engine;
    struct img_model *model;
    struct img_engine_options options;
    struct img_store store;
    struct img_prompt prompt;
    struct img_gpu_library library;
    struct img_gpu_device device;
    struct img_gpu_net *net;
    size_t tokens, at_once; /* of pictures */
    bool reserved;          /* memory for pictures */
    bool text_reserved;
    float *positions;       /* when they are interpolated */
    float *rows;            /* [context, width] of the text tower */
    float *head, *head_bias; /* [dimension, classes], [classes] */
    bool lost;
    struct img_engine *cpu; /* after the loss of a device that was no must */
};

static struct gpu *gpu_of(struct img_engine *engine)
{
    return (struct gpu *)engine;
}

/* The device is gone: who goes on? True when the CPU does. */
static bool lose(struct gpu *gpu, const struct img_err *why, struct img_err *err)
{
    struct img_engine_info *info = &gpu->engine.info;
    gpu->lost = true;
    if (gpu->options.gpu.wish == IMG_GPU_MUST)
        return img_err_set(err, IMG_ERR_DEVICE_LOST, "%s: %s", gpu->device.name, why->text);
    img_report(gpu->options.report, IMG_WARNING, "%s: %s; the CPU goes on", gpu->device.name,
               why->text);
    if (!img_engine_open_cpu(&gpu->cpu, gpu->model, &gpu->options, err))
        return false;
    /* Other threads may read the rest, which stays as it is. */
    info->engine = gpu->cpu->info.engine;
    info->precision = gpu->cpu->info.precision;
    info->kernels = gpu->cpu->info.kernels;
    return true;
}

static bool gone(struct gpu *gpu, struct img_err *err)
{
    return img_err_set(err, IMG_ERR_DEVICE_LOST, "%s was lost before", gpu->device.name);
}

/* Half as many at once, after the device ran out of memory. False when that is less than one. */
static bool halve(struct gpu *gpu)
{
    if (gpu->at_once == 1)
        return false;
    gpu->at_once /= 2;
    gpu->reserved = false;
    return true;
}

static bool try_images(struct gpu *gpu, const uint8_t *pixels, size_t n, float *out,
                       struct img_err *err)
{
    const struct img_gpu_plugin *plugin = gpu->library.plugin;
    gpu->reserved = gpu->reserved || plugin->reserve(gpu->net, IMG_IMAGE_TOWER, gpu->at_once,
                                                     gpu->tokens, err);
    return gpu->reserved && plugin->images(gpu->net, pixels, n, out, err);
}

static bool encode_images(struct img_engine *engine, const uint8_t *pixels, size_t n, float *out,
                          struct img_err *err)
{
    struct gpu *gpu = gpu_of(engine);
    struct img_err why = {0};
    size_t before = gpu->at_once;
    if (!gpu->lost) {
        bool ok;
        while (!(ok = try_images(gpu, pixels, n, out, &why)) &&
               why.code == IMG_ERR_OUT_OF_MEMORY && halve(gpu))
            ;
        if (ok && gpu->at_once < before)
            img_report(gpu->options.report, IMG_WARNING,
                       "%s is out of memory: %zu pictures at once, not %zu", gpu->device.name,
                       gpu->at_once, before);
        if (ok)
            return true;
        if (!lose(gpu, &why, err))
            return false;
    }
    return gpu->cpu ? img_engine_encode_images(gpu->cpu, pixels, n, out, err) : gone(gpu, err);
}

/* Token and position embeddings, added up: a few rows of a large table that stays on the host. */
static void embed_tokens(const struct gpu *gpu)
{
    const struct img_packed *packed = &gpu->store.packed;
    const struct img_plan_tower *plan = &packed->plan.text;
    size_t width = gpu->model->arch.text.width;
    for (size_t t = 0; t < gpu->prompt.tokens; t++) {
        const float *token =
            packed->block + plan->tokens + (size_t)gpu->prompt.ids[t] * width;
        const float *position = packed->block + plan->positions + t * width;
        for (size_t i = 0; i < width; i++)
            gpu->rows[t * width + i] = token[i] + position[i];
    }
}

static bool try_text(struct gpu *gpu, float *out, struct img_err *err)
{
    const struct img_gpu_plugin *plugin = gpu->library.plugin;
    uint32_t pool = (uint32_t)gpu->prompt.tokens - 1;
    embed_tokens(gpu);
    gpu->text_reserved = gpu->text_reserved || plugin->reserve(gpu->net, IMG_TEXT_TOWER, 1,
                                                               gpu->model->arch.context, err);
    return gpu->text_reserved &&
           plugin->texts(gpu->net, gpu->rows, &pool, 1, gpu->prompt.tokens, out, err);
}

static bool encode_text(struct img_engine *engine, const struct img_text *text, float *out,
                        struct img_err *err)
{
    struct gpu *gpu = gpu_of(engine);
    struct img_err why = {0};
    if (!gpu->lost) {
        if (!img_prompt_encode(&gpu->prompt, &gpu->store, text, err))
            return false;
        if (try_text(gpu, out, &why))
            return true;
        if (!lose(gpu, &why, err))
            return false;
    }
    return gpu->cpu ? img_engine_encode_text(gpu->cpu, text, out, err) : gone(gpu, err);
}

/* One small product after the embedding: not worth a way to the device. */
static bool classify(struct img_engine *engine, const float *embeddings, size_t n, float *logits,
                     struct img_err *err)
{
    const struct gpu *gpu = gpu_of(engine);
    size_t dimension = engine->info.dimension, classes = engine->info.classes;
    (void)err;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < classes; c++) {
            double sum = (double)gpu->head_bias[c];
            for (size_t k = 0; k < dimension; k++)
                sum += (double)gpu->head[k * classes + c] *
                       (double)embeddings[i * dimension + k];
            logits[i * classes + c] = (float)sum;
        }
    return true;
}

static void gpu_close(struct img_engine *engine)
{
    struct gpu *gpu = gpu_of(engine);
    img_engine_close(gpu->cpu);
    if (gpu->net)
        gpu->library.plugin->close(gpu->net);
    img_gpu_unload(&gpu->library);
    img_prompt_clear(&gpu->prompt);
    img_store_close(&gpu->store);
    free(gpu->positions);
    free(gpu->rows);
    free(gpu->head);
    free(gpu->head_bias);
    free(gpu);
}

static const struct img_engine_ops gpu_ops = {
    .encode_images = encode_images,
    .encode_text = encode_text,
    .classify = classify,
    .close = gpu_close,
};

static bool find_device(struct gpu *gpu, struct img_err *err)
{
    const struct img_gpu_options *wish = &gpu->options.gpu;
    struct img_gpu_device *devices = calloc(IMG_GPU_DEVICES, sizeof *devices);
    size_t count, chosen;
    bool ok = devices ? img_gpu_load(&gpu->library, wish->plugin, err)
                      : img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for devices");
    ok = ok && gpu->library.plugin->devices(devices, IMG_GPU_DEVICES, &count, err) &&
         img_gpu_choose(devices, count, wish->device, wish->wish == IMG_GPU_MUST, &chosen, err);
    if (ok)
        gpu->device = devices[chosen];
    free(devices);
    return ok;
}

static bool pack(struct gpu *gpu, struct img_err *err)
{
    unsigned threads = gpu->options.threads;
    struct img_pool *pool = img_pool_new(threads ? threads : img_processors(), err);
    bool ok = pool && img_store_open(&gpu->store, gpu->model, &gpu->options, pool, err);
    img_pool_free(pool);
    return ok;
}

static void read_weights(void *ctx, enum img_side side, uint32_t layer, enum img_role role,
                         size_t stride, float *out)
{
    const struct gpu *gpu = ctx;
    img_unpack(&gpu->store.packed, &gpu->model->arch, side, layer, role, stride, out);
}

static bool allocate(struct gpu *gpu, struct img_err *err)
{
    const struct img_arch *arch = &gpu->model->arch;
    size_t rows, head;
    if (!img_size_mul((size_t)arch->context * sizeof(float), arch->text.width, &rows) ||
        !img_size_mul((size_t)arch->classes * sizeof(float), arch->dimension, &head))
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "the model's sizes are absurd");
    gpu->rows = malloc(rows ? rows : 1);
    gpu->head = malloc(head ? head : 1);
    gpu->head_bias = calloc(arch->classes + (size_t)1, sizeof(float));
    if (!gpu->rows || !gpu->head || !gpu->head_bias)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for an engine");
    if (arch->classes > 0) {
        read_weights(gpu, IMG_IMAGE_TOWER, 0, IMG_HEAD_W, arch->classes, gpu->head);
        read_weights(gpu, IMG_IMAGE_TOWER, 0, IMG_HEAD_B, 0, gpu->head_bias);
    }
    return img_prompt_init(&gpu->prompt, arch, err);
}

static bool hand_over(struct gpu *gpu, struct img_err *err)
{
    const struct img_arch *arch = &gpu->model->arch;
    const struct img_engine_options *options = &gpu->options;
    const struct img_packed *packed = &gpu->store.packed;
    struct img_sample_values values;
    struct img_gpu_spec spec = {
        .arch = arch,
        .samples = values.of,
        .ctx = gpu,
        .read = read_weights,
        .f16 = options->gpu.f16,
        .measured = options->gpu.measured,
        .memory = options->gpu.memory,
        .cache_folder = options->cache_folder,
        .report = options->report,
    };
    img_sample_values_init(&values, &gpu->model->prep, options->plain_samples);
    if (arch->image.layers > 0) {
        spec.image_size = options->image_size ? options->image_size : arch->image_size;
        if (!img_positions_at(arch, packed->block + packed->plan.image.positions, spec.image_size,
                              &gpu->tokens, &spec.positions, &gpu->positions, err))
            return false;
    }
    gpu->engine.info.image_size = spec.image_size;
    return gpu->library.plugin->open(&gpu->net, &gpu->device, &spec, err);
}

static void describe(struct gpu *gpu)
{
    const struct img_arch *arch = &gpu->model->arch;
    const struct img_packed *packed = &gpu->store.packed;
    struct img_engine_info *info = &gpu->engine.info;
    if (gpu->tokens > 0) {
        size_t most = TOKENS_AT_ONCE / gpu->tokens;
        most = most < 1 ? 1 : most > PICTURES_AT_ONCE ? PICTURES_AT_ONCE : most;
        gpu->at_once =
            gpu->library.plugin->fits(gpu->net, IMG_IMAGE_TOWER, gpu->tokens, most);
    }
    info->engine = "gpu";
    info->precision = gpu->options.gpu.f16 ? "gpu-f16" : "gpu-f32";
    info->kernels = gpu->device.name;
    info->fingerprint = packed->fingerprint;
    info->dimension = arch->dimension;
    info->context = arch->text.layers ? arch->context : 0;
    info->classes = arch->classes;
    info->batch = (uint32_t)gpu->at_once;
    info->logit_scale =
        arch->text.layers ? (float)exp((double)packed->block[packed->plan.logit_scale]) : 0;
}

bool img_engine_open_gpu(struct img_engine **engine, struct img_model *model,
                         const struct img_engine_options *options, struct img_err *err)
{
    struct gpu *gpu = calloc(1, sizeof *gpu);
    *engine = NULL;
    if (!gpu)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for an engine");
    gpu->engine.ops = &gpu_ops;
    gpu->model = model;
    gpu->options = *options;
    if (!find_device(gpu, err) || !pack(gpu, err) || !allocate(gpu, err) || !hand_over(gpu, err)) {
        gpu_close(&gpu->engine);
        return false;
    }
    describe(gpu);
    img_report(options->report, IMG_NOTE, "%s (%s) computes, %s", gpu->device.name,
               gpu->device.id, gpu->engine.info.precision);
    *engine = &gpu->engine;
    return true;
}

bool img_engine_gpu_stats(const struct img_engine *engine, struct img_gpu_stats *stats)
{
    const struct gpu *gpu = (const struct gpu *)engine;
    if (gpu->cpu)
        return false;
    gpu->library.plugin->stats(gpu->net, stats);
    return true;
}

size_t img_engine_gpu_at_once(const struct img_engine *engine)
{
    return ((const struct gpu *)engine)->at_once;
}
