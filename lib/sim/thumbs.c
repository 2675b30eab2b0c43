/* A team of threads, a decoder each, that share out a batch of files. */
#include "sim/thumbs.h"

#include "cli/signals.h"
#include "input/bytes.h"

static bool make_prep(struct img_thumbs *thumbs, const struct img_thumbs_options *options,
                      struct img_err *err)
{
    const struct img_config *config = options->config;
    thumbs->prep = (struct img_prep)IMG_PREP_THUMBNAIL(options->side);
    thumbs->prep.page = (uint32_t)config->v.page;
    thumbs->prep.max_pixels = (uint64_t)config->v.max_pixels;
    thumbs->prep.auto_orient = config->v.auto_orient;
    thumbs->max_file_size = config->v.max_file_size;
    return img_formats_wanted(config->v.supported_formats, config->v.allow, &thumbs->prep.formats,
                              err);
}

bool img_thumbs_open(struct img_thumbs *thumbs, const struct img_thumbs_options *options,
                     struct img_err *err)
{
    *thumbs = (struct img_thumbs){.kind = options->kind};
    if (!make_prep(thumbs, options, err))
        return false;
    unsigned decoders = options->decoders ? options->decoders : img_processors();
    unsigned most = (unsigned)options->config->v.max_workers;
    if (decoders > most)
        decoders = most;
    if (!options->config->v.parallel_processing)
        decoders = 1;
    const struct img_worker_options workers = {
        .slots = decoders,
        .memory_limit = (uint64_t)IMG_DECODER_GIB << 30,
        .timeout_ms = (unsigned)(options->config->v.timeout * 1000),
        .report = options->report,
    };
    thumbs->pool = img_pool_new(decoders, err);
    if (thumbs->pool && img_workers_open(&thumbs->workers, &workers, err))
        return true;
    img_thumbs_close(thumbs);
    return false;
}

static void make(struct img_thumbs *thumbs, struct img_thumb *thumb, unsigned slot)
{
    struct img_input_file file = {0};
    struct img_info info;
    size_t len;
    if (!img_input_open(&file, thumb->path, thumbs->max_file_size, &thumb->err))
        return;
    uint8_t *bytes = img_worker_input(thumbs->workers, slot, file.room, &thumb->err);
    bool ok = bytes && img_input_read(&file, bytes, &len, &thumb->err) &&
              img_worker_thumbnail(thumbs->workers, slot, len, &thumbs->prep, thumbs->kind,
                                   &thumb->picture, &thumb->extent, &info, &thumb->err);
    if (ok)
        thumb->err.code = IMG_OK;
    img_input_close(&file);
}

static void work(void *ctx, unsigned thread, unsigned threads)
{
    struct img_thumbs *thumbs = ctx;
    (void)threads;
    while (!img_signals_caught()) {
        size_t at = atomic_fetch_add(&thumbs->next, 1);
        if (at >= thumbs->count)
            return;
        if (thumbs->kept[at].path)
            make(thumbs, &thumbs->kept[at], thread);
    }
}

const struct img_thumb *img_thumbs_make(struct img_thumbs *thumbs, const char *const *paths,
                                        size_t count)
{
    atomic_store(&thumbs->next, 0);
    thumbs->count = count < IMG_THUMBS_BATCH ? count : IMG_THUMBS_BATCH;
    for (size_t i = 0; i < thumbs->count; i++) {
        struct img_thumb *thumb = &thumbs->kept[i];
        img_buf_reset(&thumb->picture);
        thumb->path = paths[i];
        thumb->extent = (struct img_extent){0};
        img_err_set(&thumb->err, IMG_ERR_READ, "%s", paths[i] ? "not made" : "no file");
    }
    img_pool_run(thumbs->pool, work, thumbs);
    return thumbs->kept;
}

void img_thumbs_close(struct img_thumbs *thumbs)
{
    img_workers_close(thumbs->workers);
    img_pool_free(thumbs->pool);
    for (size_t i = 0; i < IMG_THUMBS_BATCH; i++)
        img_buf_clear(&thumbs->kept[i].picture);
    *thumbs = (struct img_thumbs){0};
}
