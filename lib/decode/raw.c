/* A camera's raw file through the preview in it. */
#include "decode/decoders.h"
#include "meta/exif.h"
#include "meta/raw.h"

/* The smallest preview that still has what is asked for: max_side on its longer side and the model's
 * square on its shorter; else the largest. */
static const struct img_preview *choose(const struct img_preview *previews, size_t count,
                                        const struct img_prep *prep)
{
    const struct img_preview *best = &previews[0];
    for (size_t i = 1; prep->max_side > 0 && i < count; i++) {
        uint32_t width = previews[i].width, height = previews[i].height;
        if ((width > height ? width : height) >= prep->max_side &&
            (width < height ? width : height) >= prep->resize)
            best = &previews[i];
    }
    return best;
}

bool img_raw_find(const struct img_job *job, struct img_job *preview, struct img_err *err)
{
    struct img_preview previews[IMG_RAW_PREVIEWS];
    size_t count = img_raw_previews(job->bytes, job->len, previews);
    if (count == 0)
        return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "a raw file without a preview");
    const struct img_preview *chosen = choose(previews, count, job->prep);
    struct img_block exif = img_raw_exif(job->bytes, job->len);
    *preview = *job;
    preview->bytes = chosen->jpeg.bytes;
    preview->len = chosen->jpeg.len;
    /* What the preview says itself comes later and counts more. */
    if (exif.bytes)
        (void)img_exif_read(exif.bytes, exif.len, job->info);
    return true;
}

bool img_raw_decode(const struct img_job *job, struct img_sink *sink, struct img_err *err)
{
    struct img_job preview;
    if (!img_raw_find(job, &preview, err))
        return false;
    job->info->format = IMG_FORMAT_JPEG;
    bool good = img_vips_decode(&preview, sink, err);
    job->info->format = IMG_FORMAT_RAW;
    return good;
}
