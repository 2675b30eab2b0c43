/* Reading the configuration with the model at hand. */
#include "pipeline/settings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/pool.h"
#include "cli/signals.h"
#include "pipeline/item.h"

/* Another image_size keeps the proportion of resize to crop. */
static void set_size(struct img_prep *prep, const struct img_model_prep *own, int64_t image_size)
{
    prep->size = own->size;
    prep->resize = own->resize;
    prep->crop = own->crop;
    if (image_size > 0) {
        prep->size = (uint32_t)image_size;
        prep->resize = (uint32_t)((uint64_t)image_size * own->resize / own->size);
    }
}

static bool set_prep(struct img_prep *prep, const struct img_values *v,
                     const struct img_model *model, struct img_err *err)
{
    *prep = (struct img_prep)IMG_PREP_DEFAULTS;
    set_size(prep, &model->prep, v->image_size);
    prep->page = (uint32_t)v->page;
    prep->max_side = (uint32_t)v->max_image_size;
    prep->has_background = v->background.set;
    prep->background = v->background.rgb;
    prep->auto_orient = v->auto_orient;
    prep->scale_16bit = v->scale_16bit;
    prep->srgb = v->color_profile == IMG_PROFILE_SRGB;
    prep->any_mode = v->convert_to_rgb;
    prep->fail_on_truncated = v->fail_on == IMG_FAIL_ON_TRUNCATED;
    prep->max_pixels = (uint64_t)v->max_pixels;
    return img_formats_wanted(v->supported_formats, v->allow, &prep->formats, err);
}

/* The options that can change a pixel, written out and hashed, so that two runs (and two machines)
 * agree on the digits whatever a struct looks like. */
static void name_preprocessing(const struct img_settings *settings, const struct img_prep *prep,
                               char digits[IMG_PREPROCESSING_HEX])
{
    char text[512];
    int len = snprintf(text, sizeof text,
                       "auto_orient=%d color_profile=%s background=%s%06x scale_16bit=%d page=%u "
                       "image_size=%u max_image_size=%u normalize=%d convert_to_rgb=%d "
                       "apply_augmentation=%d%s",
                       prep->auto_orient, prep->srgb ? "srgb" : "ignore",
                       prep->has_background ? "#" : "none",
                       prep->has_background ? prep->background : 0, prep->scale_16bit, prep->page,
                       prep->size, prep->max_side, !settings->plain_samples, prep->any_mode,
                       settings->augment, prep->fail_on_truncated ? "" : " fail_on=none");
    snprintf(digits, IMG_PREPROCESSING_HEX, "%08x", (unsigned)img_hash64(text, (size_t)len));
}

struct img_prep img_settings_prep(const struct img_settings *settings,
                                  const struct img_item *item)
{
    struct img_prep prep = settings->prep;
    if (item->paged)
        prep.page = item->page;
    return prep;
}

void img_settings_preprocessing(const struct img_settings *settings, const struct img_item *item,
                                char digits[IMG_PREPROCESSING_HEX])
{
    const struct img_prep prep = img_settings_prep(settings, item);
    if (item->paged && !settings->remote)
        name_preprocessing(settings, &prep, digits);
    else
        memcpy(digits, settings->preprocessing, IMG_PREPROCESSING_HEX);
}

/* What happens to a picture elsewhere, nobody here can change. */
static bool check_remote(const struct img_config *config, struct img_err *err)
{
    static const enum img_key theirs[] = {
        IMG_KEY_image_size,   IMG_KEY_max_image_size,     IMG_KEY_normalize, IMG_KEY_convert_to_rgb,
        IMG_KEY_background,   IMG_KEY_apply_augmentation, IMG_KEY_page,      IMG_KEY_auto_orient,
        IMG_KEY_scale_16bit,  IMG_KEY_color_profile,      IMG_KEY_fail_on,   IMG_KEY_max_pixels,
    };
    if (config->v.precision != IMG_PRECISION_AUTO)
        return img_err_set(err, IMG_ERR_USAGE,
                           "engine 'remote' (%s) and a precision by name (%s) contradict each other",
                           config->from[IMG_KEY_engine], config->from[IMG_KEY_precision]);
    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
        if (img_config_asked(config, theirs[i]))
            return img_err_set(err, IMG_ERR_USAGE,
                               "%s (%s) cannot be asked of engine 'remote' (%s): pictures are "
                               "preprocessed there",
                               img_key_row(theirs[i])->name, config->from[theirs[i]],
                               config->from[IMG_KEY_engine]);
    return true;
}

static bool check_requests(const struct img_config *config, const struct img_common *common,
                           const struct img_model *model, struct img_err *err)
{
    const struct img_values *v = &config->v;
    if (common->metadata && !v->enable_metadata_extraction)
        return img_err_set(err, IMG_ERR_USAGE,
                           "--metadata and enable_metadata_extraction=false (%s) contradict each "
                           "other", config->from[IMG_KEY_enable_metadata_extraction]);
    if (v->dimension > 0 && v->dimension != model->arch.dimension)
        return img_err_set(err, IMG_ERR_CONFIG, "dimension %lld (%s): %s gives %u",
                           (long long)v->dimension, config->from[IMG_KEY_dimension], model->name,
                           model->arch.dimension);
    if (v->engine == IMG_ENGINE_REMOTE)
        return check_remote(config, err);
    if (v->engine == IMG_ENGINE_GPU && !v->use_gpu)
        return img_err_set(err, IMG_ERR_USAGE,
                           "engine 'gpu' (%s) and use_gpu=false (%s) contradict each other",
                           config->from[IMG_KEY_engine], config->from[IMG_KEY_use_gpu]);
    if (v->precision == IMG_PRECISION_F16 && (v->engine == IMG_ENGINE_CPU || !v->use_gpu))
        return img_err_set(err, IMG_ERR_USAGE, "precision 'f16' (%s) is a GPU's",
                           config->from[IMG_KEY_precision]);
    if (v->precision == IMG_PRECISION_BF16 && v->engine == IMG_ENGINE_GPU)
        return img_err_set(err, IMG_ERR_USAGE, "precision 'bf16' (%s) is the CPU's",
                           config->from[IMG_KEY_precision]);
    return true;
}

static unsigned lesser(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

bool img_settings_make(struct img_settings *settings, const struct img_config *config,
                       const struct img_common *common, const struct img_model *model,
                       struct img_err *err)
{
    const struct img_values *v = &config->v;
    unsigned threads = common->jobs > 0 ? (unsigned)common->jobs : img_processors();
    /* Who waits for a server needs no processor. */
    unsigned requests = common->jobs > 0 ? threads : (unsigned)v->max_workers;
    if (!v->parallel_processing)
        threads = requests = 1;
    *settings = (struct img_settings){
        .plain_samples = !v->normalize,
        .augment = v->apply_augmentation,
        .normalize = v->normalize_embeddings,
        .metadata = common->metadata,
        .debug = v->debug,
        .base64 = common->encoding == IMG_ENCODING_BASE64,
        .max_file_size = v->max_file_size,
        .quality_threshold = v->quality_threshold,
        .min_image_size = (uint32_t)v->min_image_size,
        .threads = threads,
        .decoders = lesser(v->engine == IMG_ENGINE_REMOTE ? requests : threads,
                           (unsigned)v->max_workers),
        .remote = v->engine == IMG_ENGINE_REMOTE,
        .fingerprint = strcmp(v->fingerprint, "any") == 0 ? "" : v->fingerprint,
        .timeout_ms = (unsigned)ceil(v->timeout * 1000), /* only 0 itself is for ever */
        .batch = v->parallel_processing ? (size_t)v->batch_size : 1,
    };
    if (!check_requests(config, common, model, err) || !set_prep(&settings->prep, v, model, err))
        return false;
    name_preprocessing(settings, &settings->prep, settings->preprocessing);
    return true;
}

struct img_wishes img_settings_wishes(const struct img_settings *settings,
                                      const struct img_item *item)
{
    if (item->wishes)
        return *item->wishes;
    return (struct img_wishes){.normalize = settings->normalize, .metadata = settings->metadata,
                               .base64 = settings->base64};
}

/* What only a GPU can give, or is asked of a GPU by name, makes one a must. Else it is taken where it
 * is there, unless exactly the CPU's numbers are wanted. */
static struct img_gpu_options gpu_of(const struct img_config *config)
{
    const struct img_values *v = &config->v;
    bool named = img_config_asked(config, IMG_KEY_gpu_device);
    struct img_gpu_options gpu = {.device = named ? v->gpu_device : NULL,
                                  .f16 = v->precision == IMG_PRECISION_F16};
    if (!v->use_gpu || (v->engine != IMG_ENGINE_AUTO && v->engine != IMG_ENGINE_GPU))
        gpu.wish = IMG_GPU_NEVER;
    else if (v->engine == IMG_ENGINE_GPU || named || gpu.f16)
        gpu.wish = IMG_GPU_MUST;
    else
        gpu.wish = v->precision == IMG_PRECISION_AUTO ? IMG_GPU_IF_THERE : IMG_GPU_NEVER;
    return gpu;
}

struct img_engine_options img_settings_engine(const struct img_settings *settings,
                                              const struct img_config *config,
                                              const struct img_report *report)
{
    return (struct img_engine_options){
        .cache_folder = config->v.cache_directory,
        .threads = settings->threads,
        .image_size = (uint32_t)config->v.image_size,
        .plain_samples = settings->plain_samples,
        .gpu = gpu_of(config),
        .bf16 = config->v.precision == IMG_PRECISION_BF16,
        .stopped = img_signals_caught,
        .report = report,
    };
}
