/* What is written about cameras, places and everything else in EXIF, XMP, IPTC and HEIF boxes: for
 * any bytes it is strict JSON. */
#include <stdlib.h>
#include <string.h>

#include "decode/facts.h"
#include "json/scan.h"
#include "meta/container.h"
#include "meta/heif.h"
#include "meta/raw.h"
#include "meta/xmp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_object(const struct img_buf *text)
{
    struct img_arena arena = {0};
    struct img_json_object object;
    struct img_err err;
    if (!text->failed && text->len > 0 &&
        !img_json_scan(text->data, text->len, &arena, &object, &err))
        abort();
    img_arena_clear(&arena);
}

static void describe(const uint8_t *data, size_t size, bool exif)
{
    struct img_buf camera = {0}, gps = {0}, notes = {0}, extended = {.limit = 1U << 20};
    const struct img_block whole = {data, size};
    struct img_exif_block block;
    struct img_ifd_file file;
    bool found = exif && img_ifd_open(&file, data, size);
    img_buf_puts(&notes, "\"first\"");
    if (found) {
        img_exif_locate(&file, file.first, &block);
        img_camera_put(&camera, &block, &notes);
        img_gps_put(&gps, &block, &notes);
    }
    if (gps.len == 0)
        img_gps_put_xmp(&gps, whole, &notes);
    img_extended_put(&extended, found ? &block : NULL, whole, whole);
    require_object(&camera);
    require_object(&gps);
    require_object(&extended);
    struct img_buf array = {0};
    img_buf_printf(&array, "{\"notes\":[%s]}", notes.data);
    require_object(&array);
    img_buf_clear(&array);
    img_buf_clear(&camera);
    img_buf_clear(&gps);
    img_buf_clear(&notes);
    img_buf_clear(&extended);
}

/* What is found of a raw file lies inside it. */
static void look_into_raw(const uint8_t *data, size_t size)
{
    struct img_preview previews[IMG_RAW_PREVIEWS];
    struct img_block exif = img_raw_exif(data, size);
    size_t count = img_raw_previews(data, size, previews);
    bool raw = img_raw_is_tiff(data, size);
    (void)raw;
    if (exif.bytes && exif.len > size - (size_t)(exif.bytes - data))
        abort();
    for (size_t i = 0; i < count; i++)
        if (previews[i].jpeg.len > size - (size_t)(previews[i].jpeg.bytes - data) ||
            previews[i].width == 0)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct img_info info = {0};
    struct img_heif heif;
    struct img_container container;
    img_jxl_scan(data, size, &container);
    if (container.exif.bytes)
        describe(container.exif.bytes, container.exif.len, true);
    describe(data, size, true);
    look_into_raw(data, size);
    img_xmp_dates(data, size, &info);
    if (strlen(info.creation_date) >= sizeof info.creation_date)
        abort();
    if (img_heif_scan(data, size, &heif)) {
        if (heif.orientation > 8 || heif.pictures == 0)
            abort();
        if (heif.exif.bytes)
            describe(heif.exif.bytes, heif.exif.len, true);
    }
    return 0;
}
