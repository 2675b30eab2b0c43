/* Formats, containers, TIFF directories, EXIF and XMP: everything that is read of a file before a
 * decoder sees it. */
#include <stdlib.h>
#include <string.h>

#include "meta/container.h"
#include "meta/exif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void touch(const struct img_container *container)
{
    struct img_info info = {0};
    if (container->exif.bytes)
        (void)img_exif_read(container->exif.bytes, container->exif.len, &info);
    if (container->xmp.bytes)
        img_xmp_read(container->xmp.bytes, container->xmp.len, &info);
    if (info.orientation > 8 || strlen(info.creation_date) >= sizeof info.creation_date)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct img_container container;
    struct img_info info = {0};
    struct img_ifd_file file;
    enum img_format format = img_format_sniff(data, size);
    if (format != IMG_FORMAT_UNKNOWN && !img_format_name(format))
        abort();
    img_jpeg_scan(data, size, &container);
    touch(&container);
    img_png_scan(data, size, &container);
    touch(&container);
    img_webp_scan(data, size, &container);
    touch(&container);
    (void)img_exif_read(data, size, &info);
    img_xmp_read(data, size, &info);
    if (img_ifd_open(&file, data, size) && img_ifd_pages(&file, 100) > 100)
        abort();
    return 0;
}
