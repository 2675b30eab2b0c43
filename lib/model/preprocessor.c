/* preprocessor_config.json: what the Hugging Face image processor would do to a picture. A step
 * that is switched off or done otherwise than CLIP does it is refused by name, never skipped.
 *
 * Reference: transformers' CLIPImageProcessor and its defaults. */
#include <math.h>
#include <string.h>

#include "model/fields.h"
#include "model/inside.h"

enum { RESAMPLE_BICUBIC = 3 };

static bool check_kind(const struct img_doc *config, struct img_err *err)
{
    static const char *const keys[] = {"image_processor_type", "feature_extractor_type"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *kind;
        if (!img_field_text(config, keys[i], "CLIP", &kind, err))
            return false;
        if (strncmp(kind, "CLIP", 4) != 0)
            return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                               "%s '%.60s' is not supported: wanted CLIPImageProcessor", keys[i],
                               kind);
    }
    return true;
}

static bool check_steps(const struct img_doc *config, struct img_err *err)
{
    static const char *const steps[] = {"do_resize", "do_center_crop", "do_rescale", "do_normalize",
                                        "do_convert_rgb"};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        bool on;
        if (!img_field_bool(config, steps[i], true, &on, err))
            return false;
        if (!on)
            return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED, "%s false is not supported",
                               steps[i]);
    }
    bool pad;
    if (!img_field_bool(config, "do_pad", false, &pad, err))
        return false;
    return !pad || img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED, "do_pad true is not supported");
}

static bool check_numbers(const struct img_doc *config, struct img_err *err)
{
    uint32_t resample;
    double factor;
    if (!img_field_size(config, "resample", 100, RESAMPLE_BICUBIC, &resample, err) ||
        !img_field_positive(config, "rescale_factor", 1.0 / 255, &factor, err))
        return false;
    if (resample != RESAMPLE_BICUBIC)
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                           "resample %u is not supported: wanted 3 (bicubic)", resample);
    if (fabs(factor * 255 - 1) > 1e-6)
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                           "rescale_factor %g is not supported: wanted 1/255", factor);
    return true;
}

/* size: a number, {"shortest_edge": n}; crop_size: a number, {"height": n, "width": n}. */
static bool read_sizes(const struct img_doc *config, struct img_model_prep *prep,
                       struct img_err *err)
{
    const struct img_doc *size = img_doc_get(config, "size");
    const struct img_doc *crop = img_doc_get(config, "crop_size");
    bool size_object = size && img_doc_kind(size) == IMG_DOC_OBJECT;
    if (size_object && !img_doc_get(size, "shortest_edge"))
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                           "size without shortest_edge (a resize that distorts) is not supported");
    if (!img_field_size(size_object ? size : config, size_object ? "shortest_edge" : "size",
                        IMG_SIZE_MAX, prep->resize, &prep->resize, err))
        return false;
    if (!crop || img_doc_kind(crop) != IMG_DOC_OBJECT)
        return img_field_size(config, "crop_size", IMG_SIZE_MAX, prep->size, &prep->size, err);
    uint32_t width, height;
    if (!img_field_size(crop, "height", IMG_SIZE_MAX, prep->size, &height, err) ||
        !img_field_size(crop, "width", IMG_SIZE_MAX, prep->size, &width, err))
        return img_err_in(err, "crop_size");
    prep->size = height;
    return width == height || img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                                          "crop_size %u by %u: only squares are supported", height,
                                          width);
}

bool img_preprocessor_parse(const struct img_doc *config, struct img_model *model,
                            struct img_err *err)
{
    struct img_model_prep *prep = &model->prep;
    if (!check_kind(config, err) || !check_steps(config, err) || !check_numbers(config, err) ||
        !read_sizes(config, prep, err) ||
        !img_field_triple(config, "image_mean", false, prep->mean, err) ||
        !img_field_triple(config, "image_std", true, prep->std, err))
        return false;
    if (prep->size != model->arch.image_size)
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "crop_size %u is not the model's image_size %u", prep->size,
                           model->arch.image_size);
    if (prep->resize < prep->size)
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                           "size %u below crop_size %u (a crop that pads) is not supported",
                           prep->resize, prep->size);
    return true;
}

bool img_preprocessor_read(const char *folder, struct img_model *model, struct img_err *err)
{
    const char *name = "preprocessor_config.json";
    struct img_doc *doc = NULL;
    const struct img_doc *config;
    if (!img_config_read(folder, name, false, &doc, err))
        return false;
    config = doc;
    if (!doc) { /* newer folders keep it inside the processor's own file */
        name = "processor_config.json";
        if (!img_config_read(folder, name, false, &doc, err))
            return false;
        config = img_doc_get(doc, "image_processor");
    }
    bool ok = !config || img_preprocessor_parse(config, model, err) || img_err_in(err, "%s", name);
    img_doc_free(doc);
    return ok;
}
