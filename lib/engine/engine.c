/* Calls through an engine's table of functions. */
#include "engine/engine.h"

#include "engine/gpu/load.h"

bool img_engine_open(struct img_engine **engine, struct img_model *model,
                     const struct img_engine_options *options, struct img_err *err)
{
    struct img_err why;
    if (options->gpu.wish == IMG_GPU_MUST)
        return img_engine_open_gpu(engine, model, options, err) || img_err_in(err, "GPU");
    if (options->gpu.wish == IMG_GPU_IF_THERE && img_gpu_seems_there()) {
        if (img_engine_open_gpu(engine, model, options, &why))
            return true;
        img_report(options->report, IMG_NOTE, "the CPU is used: %s", why.text);
    } else if (options->gpu.wish == IMG_GPU_IF_THERE) {
        img_report(options->report, IMG_NOTE, "the CPU is used: no GPU is here");
    }
    return img_engine_open_cpu(engine, model, options, err);
}

static bool lacks(const char *what, struct img_err *err)
{
    return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED, "the model has no %s", what);
}

bool img_engine_encode_images(struct img_engine *engine, const uint8_t *pixels, size_t n,
                              float *out, struct img_err *err)
{
    if (engine->info.image_size == 0)
        return lacks("image tower", err);
    return engine->ops->encode_images(engine, pixels, n, out, err);
}

bool img_engine_encode_text(struct img_engine *engine, const struct img_text *text, float *out,
                            struct img_err *err)
{
    if (engine->info.context == 0)
        return lacks("text tower", err);
    return engine->ops->encode_text(engine, text, out, err);
}

bool img_engine_encode_file(struct img_engine *engine, unsigned slot,
                            const struct img_encoded *picture, float *out, struct img_told *told,
                            struct img_err *err)
{
    if (!engine->info.takes_files)
        return lacks("way to take files", err);
    return engine->ops->encode_file(engine, slot, picture, out, told, err);
}

bool img_engine_encode_texts(struct img_engine *engine, const struct img_text *texts, size_t n,
                             float *const *outs, struct img_err *errs, struct img_err *err)
{
    if (!engine->info.takes_files)
        return lacks("way to take many texts", err);
    return engine->ops->encode_texts(engine, texts, n, outs, errs, err);
}

bool img_engine_classify(struct img_engine *engine, const float *embeddings, size_t n,
                         float *logits, struct img_err *err)
{
    if (engine->info.classes == 0)
        return lacks("classifier", err);
    return engine->ops->classify(engine, embeddings, n, logits, err);
}

void img_engine_close(struct img_engine *engine)
{
    if (engine)
        engine->ops->close(engine);
}
