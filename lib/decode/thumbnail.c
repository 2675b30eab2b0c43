/* The whole picture, made small, as pixels or as a file. */
#include "decode/thumbnail.h"

#include <vips/vips.h>

#include "decode/decoders.h"

enum { QUALITY = 80 };

static bool put_jpeg(const uint8_t *pixels, const struct img_extent *extent, struct img_buf *out,
                     struct img_err *err)
{
    size_t size = (size_t)extent->columns * extent->rows * 3, len = 0;
    void *file = NULL;
    VipsImage *image =
        vips_image_new_from_memory(pixels, size, (int)extent->columns, (int)extent->rows, 3,
                                   VIPS_FORMAT_UCHAR);
    if (image)
        image->Type = VIPS_INTERPRETATION_sRGB;
    bool ok = image && vips_jpegsave_buffer(image, &file, &len, "Q", QUALITY, "strip", TRUE,
                                            "optimize_coding", TRUE, NULL) == 0;
    if (ok)
        img_buf_put(out, file, len);
    g_free(file);
    if (image)
        g_object_unref(image);
    vips_error_clear();
    return ok ? img_buf_ok(out, err)
              : img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "cannot write a thumbnail");
}

bool img_decode_thumbnail(const uint8_t *bytes, size_t len, const struct img_prep *prep, bool jpeg,
                          struct img_arena *arena, struct img_buf *out, struct img_extent *extent,
                          struct img_info *info, struct img_err *err)
{
    struct img_sink sink;
    struct img_job job = {.bytes = bytes, .len = len, .prep = prep, .arena = arena, .info = info};
    *info = (struct img_info){.pages = 1};
    if (prep->size == 0 || prep->size > IMG_THUMBNAIL_MAX || prep->crop != IMG_CROP_NONE)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "a thumbnail of size %u", prep->size);
    if (!img_job_decode(&job, &sink, err))
        return false;
    *extent = (struct img_extent){sink.resample.columns, sink.resample.rows};
    size_t size = (size_t)extent->columns * extent->rows * 3;
    if (jpeg) {
        uint8_t *pixels = img_arena_alloc(arena, size, err);
        if (!pixels)
            return false;
        img_sink_finish(&sink, pixels);
        return put_jpeg(pixels, extent, out, err);
    }
    char *pixels = img_buf_room(out, size);
    if (!pixels)
        return img_buf_ok(out, err);
    img_sink_finish(&sink, (uint8_t *)pixels);
    out->len += size;
    return true;
}
