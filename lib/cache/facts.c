/* What was learnt of a picture, to bytes and back. Read again, every field is checked: whoever uses
 * it may trust texts to end and numbers to be in range. */
#include <math.h>

#include "cache/entry.h"
#include "cache/pack.h"

/* Offsets in the value. */
enum {
    MODE = 24,
    CREATION = 32,
    MODIFICATION = 72,
    FLAGS = 112,
    SHRINK = 116,
    FLOATS = 120,
    PIXELS = 144,
    PERCEPTUAL = 160,
    FACTS = 192,
};

void img_cache_write_info(struct img_cache_value *value, struct img_cache_bytes name,
                          const struct img_info *info)
{
    unsigned char *to = value->data;
    const uint32_t numbers[] = {info->format,      info->width, info->height,
                                info->orientation, info->pages, info->decoder_warnings};
    const float floats[] = {info->sharpness, info->gradient, info->contrast,
                            info->clipping,  info->dpi_x,    info->dpi_y};
    for (size_t i = 0; i < 6; i++)
        img_pack32(to + 4 * i, numbers[i]);
    memcpy(to + MODE, info->mode, sizeof info->mode);
    memcpy(to + CREATION, info->creation_date, sizeof info->creation_date);
    memcpy(to + MODIFICATION, info->modification_date, sizeof info->modification_date);
    img_pack32(to + FLAGS, (info->has_alpha ? 1u : 0u) | (info->has_icc_profile ? 2u : 0u) |
                               (info->has_hashes ? 4u : 0u));
    img_pack32(to + SHRINK, info->shrink);
    for (size_t i = 0; i < 6; i++)
        img_pack_float(to + FLOATS + 4 * i, floats[i]);
    memcpy(to + PIXELS, info->pixels_id.bytes, sizeof info->pixels_id.bytes);
    memcpy(to + PERCEPTUAL, info->perceptual.bytes, sizeof info->perceptual.bytes);
    img_pack64(to + FACTS, img_cache_sum(IMG_CACHE_FACTS, name, to, FACTS));
    value->len = FACTS + IMG_CACHE_SUM;
}

static bool ends(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

static bool fine(float value)
{
    return isfinite(value) && value >= 0;
}

static bool valid(const struct img_info *info)
{
    return info->format < IMG_FORMAT_COUNT && info->orientation <= 8 && info->pages >= 1 &&
           info->width >= 1 && info->height >= 1 && ends(info->mode, sizeof info->mode) &&
           ends(info->creation_date, sizeof info->creation_date) &&
           ends(info->modification_date, sizeof info->modification_date) &&
           fine(info->sharpness) && fine(info->gradient) && fine(info->contrast) &&
           fine(info->clipping) && fine(info->dpi_x) && fine(info->dpi_y);
}

bool img_cache_read_info(struct img_cache_bytes name, struct img_cache_bytes value,
                         struct img_info *info)
{
    const unsigned char *from = value.data;
    if (name.len != IMG_CACHE_INFO_KEY || value.len != FACTS + IMG_CACHE_SUM ||
        !img_cache_sound(IMG_CACHE_FACTS, name, value))
        return false;
    uint32_t flags = img_unpack32(from + FLAGS);
    struct img_info read = {
        .format = img_unpack32(from),
        .width = img_unpack32(from + 4),
        .height = img_unpack32(from + 8),
        .orientation = img_unpack32(from + 12),
        .pages = img_unpack32(from + 16),
        .decoder_warnings = img_unpack32(from + 20),
        .has_alpha = flags & 1,
        .has_icc_profile = flags >> 1 & 1,
        .has_hashes = flags >> 2 & 1,
        .shrink = img_unpack32(from + SHRINK),
        .sharpness = img_unpack_float(from + FLOATS),
        .gradient = img_unpack_float(from + FLOATS + 4),
        .contrast = img_unpack_float(from + FLOATS + 8),
        .clipping = img_unpack_float(from + FLOATS + 12),
        .dpi_x = img_unpack_float(from + FLOATS + 16),
        .dpi_y = img_unpack_float(from + FLOATS + 20),
    };
    memcpy(read.mode, from + MODE, sizeof read.mode);
    memcpy(read.creation_date, from + CREATION, sizeof read.creation_date);
    memcpy(read.modification_date, from + MODIFICATION, sizeof read.modification_date);
    memcpy(read.pixels_id.bytes, from + PIXELS, sizeof read.pixels_id.bytes);
    memcpy(read.perceptual.bytes, from + PERCEPTUAL, sizeof read.perceptual.bytes);
    if (flags > 7 || !valid(&read))
        return false;
    *info = read;
    return true;
}
