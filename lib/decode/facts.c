/* Facts of a picture, from its head, its EXIF block and its XMP packet. */
#include "decode/facts.h"

#include <stdio.h>
#include <string.h>

#include "decode/decoders.h"
#include "decode/head.h"
#include "meta/date.h"
#include "meta/exif.h"
#include "meta/heif.h"
#include "meta/raw.h"
#include "meta/xmp.h"

/* Where the parts of a file lie that tell more than its head. */
struct source {
    struct img_block exif, xmp, iptc, time;
    bool is_tiff;
};

enum { TIFF_XMP = 700 };

static void take_blocks(const struct img_container *container, struct source *source)
{
    *source = (struct source){.exif = container->exif,
                              .xmp = container->xmp,
                              .iptc = container->iptc,
                              .time = container->time};
}

/* Formats whose heads are ours to read. */
static bool read_own(const struct img_job *job, struct source *source, struct img_err *err)
{
    struct img_container container;
    struct img_head head;
    const char *format = img_format_name((enum img_format)job->info->format);
    switch (job->info->format) {
    case IMG_FORMAT_JPEG:
        img_head_jpeg(job, &head);
        img_jpeg_scan(job->bytes, job->len, &container);
        if (job->prep->page == 0) /* no other picture of an MPO is read */
            job->info->pages = container.frames;
        take_blocks(&container, source);
        break;
    case IMG_FORMAT_PNG:
        img_head_png(job, &head);
        img_png_scan(job->bytes, job->len, &container);
        job->info->pages = container.frames;
        take_blocks(&container, source);
        break;
    case IMG_FORMAT_WEBP:
        img_head_webp(job, &head);
        img_webp_scan(job->bytes, job->len, &container);
        take_blocks(&container, source);
        break;
    default:
        img_head_tiff(job, &head);
        source->is_tiff = true;
        break;
    }
    if (head.damaged)
        return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "%s data is damaged", format);
    if (job->info->width == 0 || job->info->height == 0)
        return img_err_set(err, head.ends_early ? IMG_ERR_TRUNCATED : IMG_ERR_NOT_AN_IMAGE,
                           head.ends_early ? "%s data ends early" : "%s without a picture", format);
    return img_sink_check(job, err);
}

/* The others' decoders read the head and stop. */
static bool read_through_decoder(const struct img_job *job, struct img_err *err)
{
    struct img_sink sink;
    err->code = IMG_OK;
    switch (job->info->format) {
    case IMG_FORMAT_BMP:
        return img_bmp_decode(job, &sink, err) || err->code == IMG_OK;
    case IMG_FORMAT_GIF:
        return img_gif_decode(job, &sink, err) || err->code == IMG_OK;
    case IMG_FORMAT_PPM:
        return img_pnm_decode(job, &sink, err) || err->code == IMG_OK;
    default:
        return img_vips_decode(job, &sink, err) || err->code == IMG_OK;
    }
}

/* The picture of a HEIF file is turned by the format's own properties; its EXIF block only repeats
 * them. width and height are those before the turn. */
static bool read_heif(const struct img_job *job, struct source *source, struct img_err *err)
{
    struct img_info *info = job->info;
    struct img_heif heif;
    /* Of other pictures than the first, and of files that we do not understand, the decoder may know
     * more; else it says what is wrong. */
    if (!img_heif_scan(job->bytes, job->len, &heif) || (job->prep->page > 0 && !heif.sequence))
        return read_through_decoder(job, err);
    info->width = heif.width;
    info->height = heif.height;
    info->pages = heif.pictures;
    info->has_alpha = heif.alpha;
    info->has_icc_profile = heif.has_icc;
    img_info_set_mode(info, heif.grey ? heif.alpha ? "LA" : "L" : heif.alpha ? "RGBA" : "RGB");
    source->exif = heif.exif;
    source->xmp = heif.xmp;
    if (heif.exif.bytes)
        (void)img_exif_read(heif.exif.bytes, heif.exif.len, info);
    if (heif.orientation)
        info->orientation = heif.orientation;
    return img_sink_check(job, err);
}

/* A JPEG XL picture is turned by its codestream, which its decoder has seen to: EXIF's orientation
 * does not count. */
static bool read_jxl(const struct img_job *job, struct source *source)
{
    struct img_container container;
    img_jxl_scan(job->bytes, job->len, &container);
    take_blocks(&container, source);
    if (container.exif.bytes)
        (void)img_exif_read(container.exif.bytes, container.exif.len, job->info);
    job->info->orientation = 0;
    return true;
}

/* Sizes are the preview's; camera and place come from the raw file's own directory where it has one. */
static bool read_raw(const struct img_job *job, struct source *source, struct img_err *err)
{
    struct img_job preview;
    struct img_head head;
    struct img_container container;
    if (!img_raw_find(job, &preview, err))
        return false;
    img_head_jpeg(&preview, &head);
    img_jpeg_scan(preview.bytes, preview.len, &container);
    take_blocks(&container, source);
    struct img_block own = img_raw_exif(job->bytes, job->len);
    if (own.bytes)
        source->exif = own;
    return img_sink_check(job, err);
}

static bool read_head(const struct img_job *job, struct source *source, struct img_err *err)
{
    *source = (struct source){0};
    switch (job->info->format) {
    case IMG_FORMAT_JPEG:
    case IMG_FORMAT_PNG:
    case IMG_FORMAT_WEBP:
    case IMG_FORMAT_TIFF:
        return read_own(job, source, err);
    case IMG_FORMAT_HEIF:
    case IMG_FORMAT_AVIF:
        return read_heif(job, source, err);
    case IMG_FORMAT_RAW:
        return read_raw(job, source, err);
    case IMG_FORMAT_JXL:
        return read_through_decoder(job, err) && read_jxl(job, source);
    default:
        return read_through_decoder(job, err);
    }
}

/* False when there is no EXIF. */
static bool locate_exif(const struct img_job *job, struct source *source,
                        struct img_exif_block *block)
{
    struct img_ifd_file file;
    struct img_ifd_entry entry;
    const uint8_t *bytes = source->is_tiff ? job->bytes : source->exif.bytes;
    size_t len = source->is_tiff ? job->len : source->exif.len;
    while (len >= 6 && memcmp(bytes, "Exif\0\0", 6) == 0) {
        bytes += 6;
        len -= 6;
    }
    if (!bytes || !img_ifd_open(&file, bytes, len))
        return false;
    uint64_t at = file.first;
    for (uint32_t page = 0; source->is_tiff && page < job->prep->page; page++)
        at = img_ifd_next(&file, at);
    img_exif_locate(&file, at, block);
    if (source->is_tiff && img_ifd_find(&file, at, TIFF_XMP, &entry) && entry.size == 1)
        source->xmp = (struct img_block){entry.value, (size_t)entry.count};
    return true;
}

/* PNG's time of last modification, in UTC. */
static void take_time(struct img_block time, struct img_info *info)
{
    char when[32];
    const uint8_t *at = time.bytes;
    if (!at || info->modification_date[0] != '\0')
        return;
    snprintf(when, sizeof when, "%04u:%02u:%02u %02u:%02u:%02u", (unsigned)at[0] << 8 | at[1],
             at[2], at[3], at[4], at[5], at[6]);
    img_date_exif(when, "", "+00:00", info->modification_date);
}

static void note_date(const struct img_exif_block *block, uint64_t directory, uint16_t tag,
                      const char *name, const char *taken, struct img_buf *notes)
{
    char text[24];
    img_ifd_text(&block->file, directory, tag, text, sizeof text);
    if (taken[0] == '\0' && text[0] != '\0')
        img_facts_note(notes, "%s of '%s' is no date", name, text);
}

static void put_object(struct img_buf *out, const char *name, const struct img_buf *object)
{
    img_buf_printf(out, "\"%s\":", name);
    if (object->len > 0)
        img_buf_put(out, object->data, object->len);
    else
        img_buf_puts(out, "null");
}

static void put_facts(struct img_buf *out, const struct img_exif_block *block,
                      const struct source *source, const struct img_info *info, bool extended)
{
    struct img_buf camera = {0}, gps = {0}, notes = {0};
    if (block) {
        img_camera_put(&camera, block, &notes);
        img_gps_put(&gps, block, &notes);
        note_date(block, block->exif, 0x9003, "creation date", info->creation_date, &notes);
        note_date(block, block->main, 0x0132, "modification date", info->modification_date,
                  &notes);
    }
    if (gps.len == 0 && source->xmp.bytes)
        img_gps_put_xmp(&gps, source->xmp, &notes);
    img_buf_putc(out, '{');
    put_object(out, "camera_info", &camera);
    img_buf_putc(out, ',');
    put_object(out, "gps_info", &gps);
    img_buf_puts(out, ",\"notes\":[");
    if (notes.len > 0)
        img_buf_put(out, notes.data, notes.len);
    img_buf_puts(out, "]");
    if (extended) {
        img_buf_puts(out, ",\"extended\":");
        img_extended_put(out, block, source->xmp, source->iptc);
    }
    img_buf_putc(out, '}');
    out->failed = out->failed || camera.failed || gps.failed || notes.failed;
    img_buf_clear(&camera);
    img_buf_clear(&gps);
    img_buf_clear(&notes);
}

bool img_decode_facts(const uint8_t *bytes, size_t len, const struct img_prep *prep,
                      bool extended, struct img_arena *arena, struct img_buf *out,
                      struct img_info *info, struct img_err *err)
{
    struct img_job job = {.bytes = bytes, .len = len, .prep = prep, .arena = arena, .info = info,
                          .head_only = true};
    struct img_exif_block block;
    struct source source;
    *info = (struct img_info){.pages = 1};
    if (!img_job_sniff(&job, err) || !read_head(&job, &source, err))
        return false;
    bool exif = locate_exif(&job, &source, &block);
    if (source.xmp.bytes)
        img_xmp_dates(source.xmp.bytes, source.xmp.len, info);
    take_time(source.time, info);
    put_facts(out, exif ? &block : NULL, &source, info, extended);
    if (out->failed && extended) {
        /* Too much of it: the rest is worth having. */
        img_buf_reset(out);
        put_facts(out, exif ? &block : NULL, &source, info, false);
    }
    return img_buf_ok(out, err);
}
