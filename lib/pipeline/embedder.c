/* Opening and closing what the steps need, and the encoding step. */
#include "pipeline/embedder.h"

#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "engine/vector.h"
#include "image/mirror.h"
#include "pipeline/forward.h"
#include "pipeline/remember.h"

size_t img_embedder_picture_bytes(const struct img_embedder *e)
{
    return (size_t)e->settings->prep.size * e->settings->prep.size * 3;
}

static bool allocate(struct img_embedder *e, struct img_err *err)
{
    size_t batch = e->settings->batch, pixels, floats;
    if (!img_size_mul(img_embedder_picture_bytes(e), batch, &pixels) ||
        !img_size_mul(e->engine->info.dimension * sizeof(float), batch, &floats))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "batches of %zu are too large", batch);
    e->pixels = malloc(pixels);
    e->embeddings = malloc(floats);
    e->mirrored = malloc(floats);
    if (!e->pixels || !e->embeddings || !e->mirrored)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for batches of %zu", batch);
    return true;
}

static bool open_engine(struct img_embedder *e, struct img_model *model,
                        const struct img_embedder_options *options, struct img_err *err)
{
    const char *pinned = e->settings->fingerprint;
    if (options->remote && *options->remote) {
        e->engine = *options->remote;
        *options->remote = NULL;
    } else if (!img_engine_open(&e->engine, model, &options->engine, err)) {
        return false;
    }
    if (pinned && pinned[0] && strcmp(pinned, e->engine->info.fingerprint) != 0)
        return img_err_set(err, IMG_ERR_MODEL_MISSING,
                           "%s has fingerprint %s, not the pinned %s", e->model_name,
                           e->engine->info.fingerprint, pinned);
    if (e->engine->info.takes_files && e->settings->want_pixels)
        return img_err_set(err, IMG_ERR_USAGE,
                           "engine 'remote': pictures are preprocessed there, and nobody here sees "
                           "them");
    return true;
}

bool img_embedder_open(struct img_embedder *e, const struct img_settings *settings,
                       struct img_model *model, const struct img_embedder_options *options,
                       struct img_err *err)
{
    *e = (struct img_embedder){.settings = settings, .model_name = model->name,
                               .report = options->engine.report,
                               .stopped = options->engine.stopped, .decoders = settings->decoders};
    pthread_mutex_init(&e->starting, NULL);
    if (options->pictures > 0 && options->pictures < e->decoders)
        e->decoders = (unsigned)options->pictures;
    /* The decoders load their libraries while the weights are mapped. */
    if (options->pictures > 0 && !settings->remote && !img_embedder_start_workers(e, err))
        return false;
    if (options->cache_folder) {
        const struct img_cache_options cache = {.folder = options->cache_folder,
                                                .report = options->engine.report};
        if (!img_cache_open(&e->cache, &cache, err))
            return false;
    }
    if (!open_engine(e, model, options, err))
        return false;
    e->precision = e->engine->info.precision;
    return allocate(e, err);
}

/* Pictures side by side in e->pixels through the engine, and their mirror images. */
static bool encode_pixels(struct img_embedder *e, size_t count, struct img_err *err)
{
    size_t dimension = e->engine->info.dimension, side = e->settings->prep.size;
    if (!img_engine_encode_images(e->engine, e->pixels, count, e->embeddings, err))
        return false;
    if (!e->settings->augment)
        return true;
    for (size_t i = 0; i < count; i++)
        img_mirror(e->pixels + i * img_embedder_picture_bytes(e), side, side);
    if (!img_engine_encode_images(e->engine, e->pixels, count, e->mirrored, err))
        return false;
    for (size_t i = 0; i < count; i++)
        img_vector_average(e->embeddings + i * dimension, e->mirrored + i * dimension, dimension);
    return true;
}

/* What the engine failed with is every picture's failure, where it is one of inputs. */
static bool fail_pictures(struct img_item *const *items, size_t n, const struct img_err *err)
{
    for (size_t i = 0; i < n; i++)
        if (items[i]->decoded)
            items[i]->err = *err;
    return img_code_exit(err->code) == IMG_EXIT_INPUT;
}

static bool encode_pictures(struct img_embedder *e, struct img_item *const *items, size_t n,
                            struct img_err *err)
{
    size_t bytes = img_embedder_picture_bytes(e), dimension = e->engine->info.dimension;
    size_t count = 0, at = 0;
    double begin = img_item_clock();
    for (size_t i = 0; i < n; i++)
        if (items[i]->decoded)
            memcpy(e->pixels + count++ * bytes, items[i]->pixels, bytes);
    if (count == 0)
        return true;
    if (!encode_pixels(e, count, err))
        return fail_pictures(items, n, err);
    double each = (img_item_clock() - begin) / (double)count;
    for (size_t i = 0; i < n; i++)
        if (items[i]->decoded) {
            memcpy(items[i]->embedding, e->embeddings + at++ * dimension,
                   dimension * sizeof(float));
            items[i]->encoded = true;
            items[i]->precision = e->engine->info.precision;
            items[i]->seconds += each;
            img_remember_embedding(e, items[i]);
        }
    return true;
}

static bool encode_text(struct img_embedder *e, struct img_item *item, struct img_err *err)
{
    struct img_text text = {item->text, item->text_len};
    double begin = img_item_clock();
    item->content.id = img_hash_id(item->text, item->text_len);
    item->has_content = true;
    item->encoded = img_engine_encode_text(e->engine, &text, item->embedding, &item->err);
    item->tokens = e->engine->tokens;
    item->seconds = img_item_clock() - begin;
    item->precision = e->engine->info.precision;
    /* A model without a text tower fails texts; pictures in the same list go on. */
    if (item->encoded || item->err.code == IMG_ERR_MODEL_UNSUPPORTED ||
        img_code_exit(item->err.code) == IMG_EXIT_INPUT)
        return true;
    *err = item->err;
    return false;
}

/* A vector nobody can compare with is no answer; weights that are finite can still overflow. */
static bool finish_vector(const struct img_embedder *e, struct img_item *item)
{
    size_t dimension = e->engine->info.dimension;
    if (!img_vector_finite(item->embedding, dimension))
        return img_err_set(&item->err, IMG_ERR_BAD_EMBEDDING,
                           "the model's numbers are too large for float32");
    return !img_settings_wishes(e->settings, item).normalize ||
           img_vector_normalize(item->embedding, dimension) ||
           img_err_set(&item->err, IMG_ERR_BAD_EMBEDDING,
                       "the model gives only zeros, which have no direction");
}

static void finish(struct img_embedder *e, struct img_item *item)
{
    item->encoded = finish_vector(e, item);
    if (e->settings->debug && !item->cached)
        img_item_log(item, "encoded by the %s engine, %s kernels", e->engine->info.engine,
                     e->engine->info.kernels);
}

bool img_embedder_encode(struct img_embedder *e, struct img_item *const *items, size_t n,
                         struct img_err *err)
{
    bool remote = e->engine->info.takes_files;
    if (!encode_pictures(e, items, n, err) ||
        (remote && !img_embedder_forward_texts(e, items, n, err)))
        return false;
    for (size_t i = 0; i < n && !remote; i++)
        if (items[i]->kind == IMG_ITEM_TEXT && items[i]->err.code == IMG_OK &&
            !encode_text(e, items[i], err))
            return false;
    for (size_t i = 0; i < n; i++)
        if (items[i]->encoded)
            finish(e, items[i]);
    return true;
}

void img_embedder_close(struct img_embedder *e)
{
    img_workers_close(e->workers);
    img_engine_close(e->engine);
    img_cache_close(e->cache);
    free(e->pixels);
    free(e->embeddings);
    free(e->mirrored);
    *e = (struct img_embedder){0};
}
