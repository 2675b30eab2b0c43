/* Decoding through libvips, row by row, without its threads. */
#include <string.h>
#include <vips/vips.h>

#include "decode/convert.h"
#include "decode/decoders.h"
#include "decode/drawing.h"
#include "decode/head.h"
#include "decode/log.h"
#include "decode/profile.h"
#include "meta/container.h"
#include "meta/exif.h"

enum { STRIP = 16 }; /* rows asked for at once */

/* A short sentence for what libvips said, whose own words are for its developers. */
static bool fail_load(const struct img_job *job, const struct img_head *head, struct img_err *err)
{
    static const char *const endings[] = {
        "remature end", "runcated", "end of file", "EOF", "not enough", "Unexpected end", "short",
        "ot enough data", "Read error", "Stream too short", "got only",
    };
    const char *format = img_format_name((enum img_format)job->info->format);
    bool ends = head->ends_early;
    bool memory = strstr(vips_error_buffer(), "out of memory") != NULL;
    bool unknown = strstr(vips_error_buffer(), "class") != NULL &&
                   strstr(vips_error_buffer(), "not found") != NULL;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        ends = ends || strstr(vips_error_buffer(), endings[i]);
    vips_error_clear();
    if (memory)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a %s picture", format);
    if (unknown)
        return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "%s cannot be read on this machine",
                           format);
    if (ends)
        return img_err_set(err, IMG_ERR_TRUNCATED, "%s data ends early", format);
    return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "%s data is damaged", format);
}

/* The strongest of 1/2, 1/4, 1/8 that keeps the longer side at or above max_side. */
static uint32_t jpeg_shrink(const struct img_job *job)
{
    uint32_t longer = job->info->width > job->info->height ? job->info->width : job->info->height;
    for (uint32_t shrink = 8; shrink > 1 && job->prep->max_side; shrink /= 2)
        if ((longer + shrink - 1) / shrink >= job->prep->max_side)
            return shrink;
    return 1;
}

static int load(const struct img_job *job, VipsImage **image)
{
    /* libvips only reads through the pointer, but its interface is older than const. */
    void *bytes = (void *)(uintptr_t)job->bytes;
    int page = (int)job->prep->page;
    VipsAccess access = VIPS_ACCESS_SEQUENTIAL;
    VipsFailOn fail = job->prep->fail_on_truncated ? VIPS_FAIL_ON_TRUNCATED : VIPS_FAIL_ON_NONE;
    switch (job->info->format) {
    case IMG_FORMAT_JPEG:
        job->info->shrink = jpeg_shrink(job);
        return vips_jpegload_buffer(bytes, job->len, image, "access", access, "fail_on", fail,
                                    "shrink", (int)job->info->shrink, "unlimited", TRUE, NULL);
    case IMG_FORMAT_PNG:
        return vips_pngload_buffer(bytes, job->len, image, "access", access, "fail_on", fail,
                                   "unlimited", TRUE, NULL);
    case IMG_FORMAT_WEBP:
        return vips_webpload_buffer(bytes, job->len, image, "access", access, "fail_on", fail,
                                    "page", page, NULL);
    case IMG_FORMAT_TIFF:
        return vips_tiffload_buffer(bytes, job->len, image, "access", access, "fail_on", fail,
                                    "page", page, NULL);
    case IMG_FORMAT_HEIF:
    case IMG_FORMAT_AVIF:
        return vips_heifload_buffer(bytes, job->len, image, "access", access, "fail_on", fail,
                                    "page", page, NULL);
    case IMG_FORMAT_JPEG2000:
        return vips_jp2kload_buffer(bytes, job->len, image, "access", access, "fail_on", fail,
                                    NULL);
    case IMG_FORMAT_JXL:
        return vips_jxlload_buffer(bytes, job->len, image, "access", access, "fail_on", fail, NULL);
    case IMG_FORMAT_SVG:
    case IMG_FORMAT_PDF:
        return img_drawing_load(job, image);
    default:
        return -1;
    }
}

static void put_long(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* A PNG that lacks nothing but its end is whole to the reference, not to libpng. Its last chunk is
 * closed and an end put behind it; whether the pixels suffice is then seen while they are read. */
static bool close_png(struct img_job *job, const struct img_head *head, struct img_err *err)
{
    static const uint8_t end[] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
    if (!head->ends_early || job->len < head->whole)
        return true;
    uint8_t *copy = img_arena_alloc(job->arena, job->len + 4 + sizeof end, err);
    if (!copy)
        return false;
    size_t len = head->whole;
    memcpy(copy, job->bytes, job->len);
    if (job->len - len > 8 && memcmp(copy + len + 4, "IDAT", 4) == 0) {
        size_t claimed = (size_t)copy[len] << 24 | (size_t)copy[len + 1] << 16 |
                         (size_t)copy[len + 2] << 8 | copy[len + 3];
        size_t size = job->len - len - 8;
        if (size > claimed)
            size = claimed;
        put_long(copy + len, (uint32_t)size);
        len += 8 + size;
        put_long(copy + len, img_png_crc(copy + len - size - 4, size + 4));
        len += 4;
    }
    memcpy(copy + len, end, sizeof end);
    job->bytes = copy;
    job->len = len + sizeof end;
    return true;
}

static void read_head(const struct img_job *job, struct img_head *head)
{
    *head = (struct img_head){.photometric = -1};
    switch (job->info->format) {
    case IMG_FORMAT_JPEG:
        img_head_jpeg(job, head);
        break;
    case IMG_FORMAT_PNG:
        img_head_png(job, head);
        break;
    case IMG_FORMAT_WEBP:
        img_head_webp(job, head);
        break;
    case IMG_FORMAT_TIFF:
        img_head_tiff(job, head);
        break;
    default:
        break;
    }
}

/* An AVIF is grey when all its pictures are, by their configurations
 * (AV1 in ISO media files, section 2.3.3). */
static bool avif_is_grey(const struct img_job *job)
{
    const uint8_t *at = job->bytes, *end = job->bytes + job->len;
    bool seen = false;
    while ((at = memmem(at, (size_t)(end - at), "av1C", 4)) != NULL && end - at >= 7) {
        if (!(at[6] & 0x10))
            return false;
        seen = true;
        at += 4;
    }
    return seen;
}

/* What the head left open is taken from libvips. Formats whose decoders turn the picture themselves
 * (HEIF, AVIF, JPEG XL) have no orientation left to apply. */
static void complete_info(const struct img_job *job, VipsImage *image)
{
    struct img_info *info = job->info;
    const void *blob;
    size_t len;
    int pages;
    if (info->width == 0 || info->height == 0) {
        info->width = (uint32_t)vips_image_get_width(image);
        info->height = (uint32_t)vips_image_get_height(image);
    }
    if (info->mode[0] == '\0') {
        int bands = vips_image_get_bands(image);
        bool wide = vips_image_get_format(image) == VIPS_FORMAT_USHORT;
        if (info->format == IMG_FORMAT_AVIF && bands == 3 && avif_is_grey(job))
            bands = 1;
        img_info_set_mode(info, bands == 1   ? wide ? "I;16" : "L"
                                : bands == 2 ? "LA"
                                : bands == 3 ? "RGB"
                                             : "RGBA");
        info->has_alpha = vips_image_hasalpha(image) != 0;
    }
    /* What libvips calls pages of a JPEG 2000 picture are its resolutions. */
    if (info->pages == 1 && info->format != IMG_FORMAT_JPEG2000 && vips_image_get_typeof(image, "n-pages") &&
        vips_image_get_int(image, "n-pages", &pages) == 0 && pages > 1)
        info->pages = (uint32_t)pages;
    if (vips_image_get_typeof(image, VIPS_META_ICC_NAME))
        info->has_icc_profile = 1;
    bool turned = info->format == IMG_FORMAT_HEIF || info->format == IMG_FORMAT_AVIF ||
                  info->format == IMG_FORMAT_JXL;
    if (turned && vips_image_get_typeof(image, VIPS_META_EXIF_NAME) &&
        vips_image_get_blob(image, VIPS_META_EXIF_NAME, &blob, &len) == 0) {
        (void)img_exif_read(blob, len, info);
        info->orientation = 0;
    }
}

static bool find_layout(const struct img_job *job, VipsImage *image, const struct img_head *head,
                        struct img_layout *layout, struct img_err *err)
{
    VipsBandFormat format = vips_image_get_format(image);
    VipsInterpretation meaning = vips_image_get_interpretation(image);
    uint32_t bands = (uint32_t)vips_image_get_bands(image);
    bool colour = bands >= 3;
    bool cmyk = meaning == VIPS_INTERPRETATION_CMYK && bands >= 4;
    *layout = (struct img_layout){.bands = bands, .bits = 16};
    layout->clips = strncmp(job->info->mode, "I;16", 4) == 0;
    layout->inverted = layout->clips && head->photometric == 0;
    if (format == VIPS_FORMAT_UCHAR || format == VIPS_FORMAT_CHAR)
        layout->samples = cmyk     ? IMG_SAMPLES_CMYK8
                          : colour ? IMG_SAMPLES_RGB8
                                   : IMG_SAMPLES_GREY8;
    else if (format == VIPS_FORMAT_USHORT)
        layout->samples = cmyk     ? IMG_SAMPLES_CMYK16
                          : colour ? IMG_SAMPLES_RGB16
                                   : IMG_SAMPLES_GREY16;
    else if (format == VIPS_FORMAT_SHORT && !colour)
        layout->samples = IMG_SAMPLES_INT16;
    else if ((format == VIPS_FORMAT_INT || format == VIPS_FORMAT_UINT) && !colour)
        layout->samples = IMG_SAMPLES_INT32;
    else if (format == VIPS_FORMAT_FLOAT && !colour)
        layout->samples = IMG_SAMPLES_FLOAT32;
    else
        return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "%s of mode %s",
                           img_format_name((enum img_format)job->info->format),
                           job->info->mode[0] ? job->info->mode : "unknown");
    if (head->bits > 8 && head->bits < 16)
        layout->bits = head->bits;
    if (job->info->has_alpha)
        layout->alpha = cmyk ? 0 : colour ? (bands > 3 ? 3 : 0) : (bands > 1 ? 1 : 0);
    return true;
}

/* Pulls the picture through in strips, top to bottom. */
static bool pump(const struct img_job *job, VipsImage *image, const struct img_layout *layout,
                 struct img_sink *sink)
{
    VipsRegion *region = vips_region_new(image);
    bool good = region != NULL;
    for (uint32_t y = 0; good && y < sink->height; y += STRIP) {
        uint32_t rows = sink->height - y < STRIP ? sink->height - y : STRIP;
        VipsRect strip = {0, (int)y, (int)sink->width, (int)rows};
        good = vips_region_prepare(region, &strip) == 0;
        const VipsPel *first = good ? VIPS_REGION_ADDR_TOPLEFT(region) : NULL;
        size_t stride = good ? (size_t)VIPS_REGION_LSKIP(region) : 0;
        for (uint32_t row = 0; good && row < rows; row++) {
            img_convert_row(layout, job->prep, first + row * stride, sink->width, sink->line);
            if (sink->alpha)
                img_convert_alpha(layout, first + row * stride, sink->width, sink->alpha);
            img_sink_row(sink, y + row);
        }
    }
    if (region)
        g_object_unref(region);
    return good;
}

static enum img_profile_kind profile_kind(VipsImage *image)
{
    int bands = vips_image_get_bands(image);
    if (bands >= 4 && vips_image_get_interpretation(image) == VIPS_INTERPRETATION_CMYK)
        return IMG_PROFILE_OF_CMYK;
    return bands >= 3 ? IMG_PROFILE_OF_RGB : IMG_PROFILE_OF_GREY;
}

/* color_profile=srgb: through the embedded profile, where there is one. One that cannot be used is a
 * warning, and as good as none. */
static void to_srgb(const struct img_job *job, VipsImage **image)
{
    VipsImage *converted;
    const void *profile;
    size_t len;
    if (!job->prep->srgb || !vips_image_get_typeof(*image, VIPS_META_ICC_NAME))
        return;
    if (vips_image_get_blob(*image, VIPS_META_ICC_NAME, &profile, &len) != 0 ||
        !img_profile_fits(profile, len, profile_kind(*image)) ||
        vips_icc_transform(*image, &converted, "srgb", "embedded", TRUE, "intent",
                           VIPS_INTENT_RELATIVE, "depth", 8, NULL) != 0) {
        vips_error_clear();
        job->info->decoder_warnings++;
        return;
    }
    g_object_unref(*image);
    *image = converted;
}

static bool decode_image(const struct img_job *job, VipsImage *image, const struct img_head *head,
                         struct img_sink *sink, struct img_err *err)
{
    struct img_layout layout;
    if (!find_layout(job, image, head, &layout, err) ||
        !img_sink_begin(sink, job, (uint32_t)vips_image_get_width(image),
                        (uint32_t)vips_image_get_height(image), &head->key, err))
        return false;
    if (pump(job, image, &layout, sink))
        return true;
    if (!job->prep->fail_on_truncated) {
        vips_error_clear();
        job->info->decoder_warnings++;
        return true;
    }
    return fail_load(job, head, err);
}

bool img_vips_decode(const struct img_job *job, struct img_sink *sink, struct img_err *err)
{
    VipsImage *image = NULL;
    struct img_head head;
    struct img_job whole = *job;
    struct img_prep prep = *job->prep;
    whole.prep = &prep;
    if (job->info->format == IMG_FORMAT_SVG || job->info->format == IMG_FORMAT_PDF)
        img_drawing_paper(&prep);
    (void)img_log_take_warnings();
    read_head(job, &head);
    if (head.damaged)
        return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "%s data is damaged",
                           img_format_name((enum img_format)job->info->format));
    if (job->info->width && job->info->height && !img_sink_check(job, err))
        return false;
    if (job->info->format == IMG_FORMAT_PNG && !close_png(&whole, &head, err))
        return false;
    if (load(&whole, &image) != 0)
        return fail_load(job, &head, err);
    complete_info(job, image);
    bool good = img_sink_check(job, err);
    if (good) {
        to_srgb(job, &image);
        good = decode_image(&whole, image, &head, sink, err);
    }
    g_object_unref(image);
    vips_error_clear();
    job->info->decoder_warnings += img_log_take_warnings();
    return good;
}
