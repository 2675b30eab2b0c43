/* Bytes to the model's square: which decoder, and what is done around it. */
#include "decode/decode.h"

#include "decode/decoders.h"
#include "image/quality.h"
#include "meta/raw.h"

static bool dispatch(const struct img_job *job, struct img_sink *sink, struct img_err *err)
{
    switch (job->info->format) {
    case IMG_FORMAT_BMP:
        return img_bmp_decode(job, sink, err);
    case IMG_FORMAT_GIF:
        return img_gif_decode(job, sink, err);
    case IMG_FORMAT_PPM:
        return img_pnm_decode(job, sink, err);
    case IMG_FORMAT_TIFF:
        return img_tiff_decode(job, sink, err);
    case IMG_FORMAT_RAW:
        return img_raw_decode(job, sink, err);
    default:
        return img_vips_decode(job, sink, err);
    }
}

bool img_job_sniff(const struct img_job *job, struct img_err *err)
{
    if (job->len == 0)
        return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "the file is empty");
    job->info->format = img_format_sniff(job->bytes, job->len);
    if (job->info->format == IMG_FORMAT_UNKNOWN)
        return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "not an image");
    if (job->info->format == IMG_FORMAT_TIFF && img_raw_is_tiff(job->bytes, job->len))
        job->info->format = IMG_FORMAT_RAW;
    if (job->prep->formats >> job->info->format & 1)
        return true;
    if (IMG_FORMATS_USUAL >> job->info->format & 1)
        return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "%s pictures are not wanted",
                           img_format_name((enum img_format)job->info->format));
    return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "%s is drawn only when it is allowed",
                       img_format_name((enum img_format)job->info->format));
}

bool img_job_decode(const struct img_job *job, struct img_sink *sink, struct img_err *err)
{
    return img_job_sniff(job, err) && dispatch(job, sink, err);
}

bool img_decode(const uint8_t *bytes, size_t len, const struct img_prep *prep,
                struct img_arena *arena, uint8_t *out, struct img_info *info, struct img_err *err)
{
    struct img_sink sink;
    struct img_job job = {.bytes = bytes, .len = len, .prep = prep, .arena = arena, .info = info};
    *info = (struct img_info){.pages = 1, .shrink = 1};
    if (prep->size == 0 || prep->size > IMG_SIZE_MAX || prep->resize < prep->size ||
        prep->crop == IMG_CROP_NONE)
        return img_err_set(err, IMG_ERR_CONFIG, "a picture of size %u cut from %u", prep->size,
                           prep->resize);
    if (!img_job_decode(&job, &sink, err))
        return false;
    img_sink_finish(&sink, out);
    img_quality_measure(out, prep->size, info);
    img_perceptual_hash(out, prep->size, &info->perceptual);
    info->pixels_id = img_sink_pixels_id(&sink, info);
    info->has_hashes = 1;
    return true;
}
