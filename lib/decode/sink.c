/* Checking limits, turning rows the right way up, and passing them on to be resampled. */
#include "decode/sink.h"

#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "image/crop.h"

void img_info_set_mode(struct img_info *info, const char *mode)
{
    snprintf(info->mode, sizeof info->mode, "%s", mode);
}

bool img_ends_early(const struct img_job *job, struct img_err *err)
{
    if (job->prep->fail_on_truncated)
        return img_err_set(err, IMG_ERR_TRUNCATED, "%s data ends early",
                           img_format_name((enum img_format)job->info->format));
    job->info->decoder_warnings++;
    return true;
}

bool img_sink_check(const struct img_job *job, struct img_err *err)
{
    const struct img_info *info = job->info;
    if (info->width == 0 || info->height == 0)
        return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "a picture of %u by %u pixels", info->width,
                           info->height);
    if ((uint64_t)info->width * info->height > job->prep->max_pixels)
        return img_err_set(err, IMG_ERR_TOO_MANY_PIXELS, "%u by %u pixels, above the limit of %llu",
                           info->width, info->height, (unsigned long long)job->prep->max_pixels);
    if (job->prep->page >= info->pages)
        return img_err_set(err, IMG_ERR_NO_SUCH_PAGE, "no page %u, the picture has %u",
                           job->prep->page, info->pages);
    if (!job->prep->any_mode && strcmp(info->mode, "RGB") != 0)
        return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "mode %s, not RGB", info->mode);
    return true;
}

/* Alpha that is composed with a background is in the pixels. */
static bool make_alpha(struct img_sink *sink, const struct img_job *job, struct img_err *err)
{
    if (!job->info->has_alpha || job->prep->has_background)
        return true;
    sink->alpha = img_arena_alloc(job->arena, sink->width, err);
    if (sink->alpha)
        memset(sink->alpha, 255, sink->width);
    return sink->alpha != NULL;
}

bool img_sink_begin(struct img_sink *sink, const struct img_job *job, uint32_t width,
                    uint32_t height, const struct img_key *key, struct img_err *err)
{
    struct img_crop_box box;
    size_t pixels, bytes;
    *sink = (struct img_sink){.width = width, .height = height, .orientation = 1};
    if (!img_sink_check(job, err))
        return false;
    if (job->head_only) {
        err->code = IMG_OK;
        return false;
    }
    if (job->prep->auto_orient && job->info->orientation > 1)
        sink->orientation = job->info->orientation;
    if (key && job->prep->crop == IMG_CROP_DOWN && !job->prep->has_background)
        sink->key = *key;
    bool swapped = sink->orientation >= 5;
    uint32_t seen_width = swapped ? height : width;
    uint32_t seen_height = swapped ? width : height;
    if (!img_crop_find(seen_width, seen_height, job->prep, &box, err) ||
        !img_resample_init(&sink->resample, seen_width, seen_height, &box, job->arena, err))
        return false;
    sink->line = img_arena_alloc(job->arena, (size_t)width * 3, err);
    if (!sink->line || !make_alpha(sink, job, err))
        return false;
    if (!swapped)
        return true;
    if (!img_size_mul(width, height, &pixels) || !img_size_mul(pixels, 3, &bytes))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "%u by %u pixels to be turned", width, height);
    sink->turned = img_arena_alloc(job->arena, bytes, err);
    return sink->turned != NULL;
}

static void whiten(const struct img_key *key, uint8_t *line, uint32_t width)
{
    for (uint32_t x = 0; x < width; x++, line += 3)
        if (line[0] == key->rgb[0] && line[1] == key->rgb[1] && line[2] == key->rgb[2])
            memset(line, 255, 3);
}

static void mirror(uint8_t *line, uint32_t width)
{
    for (uint32_t left = 0, right = width - 1; left < right; left++, right--) {
        uint8_t pixel[3];
        memcpy(pixel, line + (size_t)left * 3, 3);
        memcpy(line + (size_t)left * 3, line + (size_t)right * 3, 3);
        memcpy(line + (size_t)right * 3, pixel, 3);
    }
}

/* Row y becomes column column, from the top down or from the bottom up. */
static void turn(struct img_sink *sink, uint32_t column, bool upwards)
{
    size_t stride = (size_t)sink->height * 3;
    uint8_t *to = sink->turned + (size_t)column * 3;
    for (uint32_t x = 0; x < sink->width; x++) {
        uint32_t row = upwards ? sink->width - 1 - x : x;
        memcpy(to + row * stride, sink->line + (size_t)x * 3, 3);
    }
}

/* Row y of the picture as it is seen. */
static void take(struct img_sink *sink, uint32_t y, const uint8_t *line, uint32_t width)
{
    img_pixels_add(&sink->pixels, y, line, width);
    img_resample_row(&sink->resample, y, line);
}

void img_sink_row(struct img_sink *sink, uint32_t y)
{
    uint32_t from_bottom = sink->height - 1 - y;
    if (sink->alpha)
        img_pixels_add_alpha(&sink->pixels, y, sink->alpha, sink->width);
    if (sink->key.used)
        whiten(&sink->key, sink->line, sink->width);
    switch (sink->orientation) {
    case 2:
    case 3:
        mirror(sink->line, sink->width);
        take(sink, sink->orientation == 2 ? y : from_bottom, sink->line, sink->width);
        break;
    case 4:
        take(sink, from_bottom, sink->line, sink->width);
        break;
    case 5:
    case 8:
        turn(sink, y, sink->orientation == 8);
        break;
    case 6:
    case 7:
        turn(sink, from_bottom, sink->orientation == 7);
        break;
    default:
        take(sink, y, sink->line, sink->width);
    }
}

void img_sink_finish(struct img_sink *sink, uint8_t *out)
{
    if (sink->turned)
        for (uint32_t y = 0; y < sink->width; y++)
            take(sink, y, sink->turned + (size_t)y * sink->height * 3, sink->height);
    img_resample_finish(&sink->resample, out);
}

struct img_id img_sink_pixels_id(const struct img_sink *sink, const struct img_info *info)
{
    bool swapped = sink->orientation >= 5;
    const struct img_pixels_shape shape = {
        .width = swapped ? sink->height : sink->width,
        .height = swapped ? sink->width : sink->height,
        .shrink = info->shrink,
        .full_width = swapped ? info->height : info->width,
        .full_height = swapped ? info->width : info->height,
        .orientation = sink->orientation,
    };
    return img_pixels_id(&sink->pixels, &shape);
}
