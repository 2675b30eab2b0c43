/* Reading and decoding on some threads, then encoding what was decoded as one batch. */
#include "pipeline/embedder.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "engine/vector.h"
#include "image/mirror.h"
#include "input/bytes.h"

/* Address space of a decoder: libvips with its libraries, and a picture of max_pixels on its way to
 * the model's square. The Makefile says how much: none is the limit where a sanitizer maps terabytes. */
static const uint64_t decoder_memory = (uint64_t)IMG_DECODER_GIB << 30;

static size_t picture_bytes(const struct img_embedder *e)
{
    return (size_t)e->settings->prep.size * e->settings->prep.size * 3;
}

static bool start_workers(struct img_embedder *e, struct img_err *err)
{
    struct img_worker_options options = {
        .slots = e->decoders,
        .memory_limit = decoder_memory,
        .timeout_ms = e->settings->timeout_ms,
        .report = e->report,
    };
    return e->workers || img_workers_open(&e->workers, &options, err);
}

static bool allocate(struct img_embedder *e, struct img_err *err)
{
    size_t batch = e->settings->batch, pixels, floats;
    if (!img_size_mul(picture_bytes(e), batch, &pixels) ||
        !img_size_mul(e->engine->info.dimension * sizeof(float), batch, &floats))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "batches of %zu are too large", batch);
    e->pixels = malloc(pixels);
    e->ready = malloc(pixels);
    e->embeddings = malloc(floats);
    e->mirrored = malloc(floats);
    if (!e->pixels || !e->ready || !e->embeddings || !e->mirrored)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for batches of %zu", batch);
    return true;
}

bool img_embedder_open(struct img_embedder *e, const struct img_settings *settings,
                       struct img_model *model, const struct img_engine_options *engine_options,
                       size_t pictures, struct img_err *err)
{
    *e = (struct img_embedder){.settings = settings, .model_name = model->name,
                               .report = engine_options->report,
                               .stopped = engine_options->stopped, .decoders = settings->decoders};
    if (pictures > 0 && pictures < e->decoders)
        e->decoders = (unsigned)pictures;
    return (pictures == 0 || start_workers(e, err)) &&
           img_engine_open_cpu(&e->engine, model, engine_options, err) && allocate(e, err);
}

/* Brings the picture's bytes into the slot's memory and takes their identity there, before anyone
 * else can touch them. */
static bool read_bytes(struct img_embedder *e, struct img_item *item, unsigned slot, size_t *len,
                       struct img_err *err)
{
    struct img_input_file file = {0};
    uint8_t *to = NULL;
    bool ok = true;
    if (item->kind == IMG_ITEM_BYTES && item->bytes_len > e->settings->max_file_size)
        return img_err_set(err, IMG_ERR_TOO_LARGE, "larger than %llu bytes",
                           (unsigned long long)e->settings->max_file_size);
    if (item->kind == IMG_ITEM_BYTES) {
        to = img_worker_input(e->workers, slot, item->bytes_len, err);
        if (to && item->bytes_len > 0)
            memcpy(to, item->bytes, item->bytes_len);
        *len = item->bytes_len;
        ok = to != NULL;
    } else {
        ok = img_input_open(&file, item->path, e->settings->max_file_size, err) &&
             (to = img_worker_input(e->workers, slot, file.room, err)) != NULL &&
             img_input_read(&file, to, len, err);
        item->mtime_ns = file.stamp.mtime_ns;
        img_input_close(&file);
    }
    if (!ok)
        return false;
    item->size = *len;
    item->id = img_hash_id(to, *len);
    item->has_id = true;
    if (e->settings->debug)
        img_item_log(item, "read %zu bytes", *len);
    if (*len == 0)
        return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "empty");
    return true;
}

/* False only when decoders cannot be had any more. */
static bool decode_item(struct img_embedder *e, struct img_item *item, unsigned slot,
                        struct img_err *err)
{
    size_t len = 0;
    double begin = img_item_clock();
    item->decoded = read_bytes(e, item, slot, &len, &item->err) &&
                    img_worker_decode(e->workers, slot, len, &e->settings->prep, item->pixels,
                                      &item->info, &item->err);
    item->seconds += img_item_clock() - begin;
    if (!item->decoded && item->err.code == IMG_ERR_SYSTEM) {
        *err = item->err;
        return false;
    }
    if (e->settings->debug && item->decoded)
        img_item_log(item, "decoded %s, %ux%u, %s, %u decoder warnings",
                     img_format_name((enum img_format)item->info.format), item->info.width,
                     item->info.height, item->info.mode, item->info.decoder_warnings);
    return true;
}

struct reading {
    struct img_embedder *e;
    struct img_item *items;
    size_t n;
    atomic_size_t next;
    struct img_err *errs; /* one a thread */
};

static bool is_picture(const struct img_item *item)
{
    return item->err.code == IMG_OK &&
           (item->kind == IMG_ITEM_PATH || item->kind == IMG_ITEM_BYTES);
}

static void read_on_thread(void *ctx, unsigned thread, unsigned threads)
{
    struct reading *r = ctx;
    (void)threads;
    for (size_t i; !(r->e->stopped && r->e->stopped()) &&
                   (i = atomic_fetch_add(&r->next, 1)) < r->n;)
        if (is_picture(&r->items[i]) &&
            !decode_item(r->e, &r->items[i], thread, &r->errs[thread]))
            return;
}

static bool decode_items(struct img_embedder *e, struct img_item *items, size_t n,
                         struct img_err *err)
{
    size_t pictures = 0, bytes = picture_bytes(e);
    for (size_t i = 0; i < n; i++) {
        items[i].pixels = e->pixels + i * bytes;
        pictures += is_picture(&items[i]);
    }
    if (pictures == 0)
        return true;
    if (!start_workers(e, err))
        return false;
    if (pictures > 1 && !e->readers && !(e->readers = img_pool_new(e->decoders, err)))
        return false;
    struct reading reading = {.e = e, .items = items, .n = n};
    reading.errs = calloc(e->decoders, sizeof *reading.errs);
    if (!reading.errs)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %u decoders",
                           e->decoders);
    if (e->readers)
        img_pool_run(e->readers, read_on_thread, &reading);
    else
        read_on_thread(&reading, 0, 1);
    bool ok = true;
    for (unsigned i = 0; i < e->decoders; i++)
        if (ok && reading.errs[i].code != IMG_OK) {
            *err = reading.errs[i];
            ok = false;
        }
    free(reading.errs);
    return ok;
}

/* Pictures decoded, side by side in e->ready, through the engine; and their mirror images. */
static bool encode_ready(struct img_embedder *e, size_t count, struct img_err *err)
{
    size_t dimension = e->engine->info.dimension, side = e->settings->prep.size;
    if (!img_engine_encode_images(e->engine, e->ready, count, e->embeddings, err))
        return false;
    if (!e->settings->augment)
        return true;
    for (size_t i = 0; i < count; i++)
        img_mirror(e->ready + i * picture_bytes(e), side, side);
    if (!img_engine_encode_images(e->engine, e->ready, count, e->mirrored, err))
        return false;
    for (size_t i = 0; i < count; i++)
        img_vector_average(e->embeddings + i * dimension, e->mirrored + i * dimension, dimension);
    return true;
}

static bool encode_pictures(struct img_embedder *e, struct img_item *items, size_t n,
                            size_t *count, struct img_err *err)
{
    size_t bytes = picture_bytes(e), dimension = e->engine->info.dimension;
    double begin = img_item_clock();
    for (size_t i = 0; i < n; i++)
        if (items[i].decoded)
            memcpy(e->ready + (*count)++ * bytes, items[i].pixels, bytes);
    if (*count > 0 && !encode_ready(e, *count, err))
        return false;
    double each = *count > 0 ? (img_item_clock() - begin) / (double)*count : 0;
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        if (items[i].decoded) {
            items[i].embedding = e->embeddings + at++ * dimension;
            items[i].encoded = true;
            items[i].seconds += each;
        }
    return true;
}

static bool encode_item_text(struct img_embedder *e, struct img_item *item, float *out,
                             struct img_err *err)
{
    struct img_text text = {item->text, item->text_len};
    double begin = img_item_clock();
    item->id = img_hash_id(item->text, item->text_len);
    item->has_id = true;
    item->embedding = out;
    item->encoded = img_engine_encode_text(e->engine, &text, out, &item->err);
    item->seconds = img_item_clock() - begin;
    if (!item->encoded && img_code_exit(item->err.code) != IMG_EXIT_INPUT) {
        *err = item->err;
        return false;
    }
    return true;
}

/* A vector nobody can compare with is no answer; weights that are finite can still overflow. */
static bool finish_vector(const struct img_embedder *e, struct img_item *item)
{
    size_t dimension = e->engine->info.dimension;
    if (!img_vector_finite(item->embedding, dimension))
        return img_err_set(&item->err, IMG_ERR_BAD_EMBEDDING,
                           "the model's numbers are too large for float32");
    return !e->settings->normalize || img_vector_normalize(item->embedding, dimension) ||
           img_err_set(&item->err, IMG_ERR_BAD_EMBEDDING,
                       "the model gives only zeros, which have no direction");
}

static void finish(struct img_embedder *e, struct img_item *item)
{
    item->encoded = finish_vector(e, item);
    if (e->settings->debug)
        img_item_log(item, "encoded by the %s engine, %s kernels", e->engine->info.engine,
                     e->engine->info.kernels);
}

bool img_embedder_run(struct img_embedder *e, struct img_item *items, size_t n,
                      struct img_err *err)
{
    size_t count = 0;
    if (!decode_items(e, items, n, err) || !encode_pictures(e, items, n, &count, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (items[i].kind == IMG_ITEM_TEXT && items[i].err.code == IMG_OK &&
            !encode_item_text(e, &items[i], e->embeddings + count++ * e->engine->info.dimension,
                              err))
            return false;
    for (size_t i = 0; i < n; i++)
        if (items[i].encoded)
            finish(e, &items[i]);
    return true;
}

void img_embedder_close(struct img_embedder *e)
{
    img_workers_close(e->workers);
    img_engine_close(e->engine);
    img_pool_free(e->readers);
    free(e->pixels);
    free(e->ready);
    free(e->embeddings);
    free(e->mirrored);
    *e = (struct img_embedder){0};
}
