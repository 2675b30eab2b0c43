/* Metadata boxes of a JPEG XL file (ISO/IEC 18181-2). Those that are compressed are passed over. */
#include <string.h>

#include "meta/boxes.h"

void img_jxl_scan(const uint8_t *bytes, size_t len, struct img_container *container)
{
    struct img_part file = img_part_of((struct img_block){bytes, len});
    struct img_block body;
    char name[4];
    *container = (struct img_container){.frames = 1};
    if (len < 12 || memcmp(bytes, "\0\0\0\x0cJXL ", 8) != 0)
        return; /* a bare codestream has no boxes */
    while (img_box_next(&file, name, &body)) {
        if (memcmp(name, "Exif", 4) == 0 && !container->exif.bytes)
            container->exif = img_box_exif(body);
        else if (memcmp(name, "xml ", 4) == 0 && !container->xmp.bytes)
            container->xmp = body;
    }
}
