/* Finding previews: in directories (TIFF 6.0, TIFF/EP, DNG 1.4), in boxes, by Fujifilm's header, and
 * where none of these leads to a large one, by the bytes with which a JPEG begins. */
#include "meta/raw.h"

#include <string.h>

#include "meta/boxes.h"
#include "meta/ifd.h"

enum {
    TAG_JPEG_OF_RW2 = 0x2e,
    TAG_COMPRESSION = 0x103,
    TAG_PHOTOMETRIC = 0x106,
    TAG_STRIP_OFFSETS = 0x111,
    TAG_STRIP_SIZES = 0x117,
    TAG_SUB_DIRECTORIES = 0x14a,
    TAG_JPEG_OFFSET = 0x201,
    TAG_JPEG_SIZE = 0x202,
    TAG_DNG_VERSION = 0xc612,

    COLOUR_FILTER_ARRAY = 32803,
    LINEAR_RAW = 34892,

    DIRECTORIES_MAX = 64,
    LARGE = 1000,      /* pixels of a longer side that a preview worth having has */
    CANDIDATES_MAX = 64, /* places that look like the beginning of a JPEG */
};

struct search {
    struct img_ifd_file file;
    struct img_preview *previews; /* NULL: only whether there is sensor data is asked */
    size_t count;
    unsigned directories;
    bool sensor;
};

static void add(struct search *search, const uint8_t *at, size_t len)
{
    struct img_container jpeg;
    if (!search->previews || len < 4 || memcmp(at, "\xff\xd8\xff", 3) != 0)
        return;
    for (size_t i = 0; i < search->count; i++)
        if (search->previews[i].jpeg.bytes == at)
            return;
    img_jpeg_scan(at, len, &jpeg);
    if (jpeg.process < 0xc0 || jpeg.process > 0xc2 || jpeg.bits != 8 || jpeg.width == 0 ||
        jpeg.height == 0)
        return;
    const struct img_preview preview = {{at, len}, jpeg.width, jpeg.height};
    const uint64_t area = (uint64_t)jpeg.width * jpeg.height;
    size_t place = search->count;
    while (place > 0 &&
           (uint64_t)search->previews[place - 1].width * search->previews[place - 1].height < area)
        place--;
    if (place == IMG_RAW_PREVIEWS)
        return;
    if (search->count < IMG_RAW_PREVIEWS)
        search->count++;
    memmove(search->previews + place + 1, search->previews + place,
            (search->count - place - 1) * sizeof preview);
    search->previews[place] = preview;
}

static void add_at(struct search *search, int64_t offset, int64_t size)
{
    size_t len = search->file.len;
    if (offset > 0 && size > 0 && (uint64_t)offset < len)
        add(search, search->file.bytes + offset,
            (uint64_t)size < len - (size_t)offset ? (size_t)size : len - (size_t)offset);
}

/* Compressions that only cameras write: Sony's, Nikon's, Samsung's, Pentax's. */
static bool is_makers(int64_t compression)
{
    return compression == 32767 || compression == 34713 || compression == 32770 ||
           compression == 65535;
}

static void visit(struct search *search, uint64_t directory)
{
    const struct img_ifd_file *file = &search->file;
    struct img_ifd_entry entry;
    int64_t photometric = img_ifd_integer_or(file, directory, TAG_PHOTOMETRIC, -1);
    int64_t compression = img_ifd_integer_or(file, directory, TAG_COMPRESSION, -1);
    bool sensor = photometric == COLOUR_FILTER_ARRAY || photometric == LINEAR_RAW ||
                  is_makers(compression);
    search->sensor = search->sensor || sensor ||
                     img_ifd_find(file, directory, TAG_DNG_VERSION, &entry);
    add_at(search, img_ifd_integer_or(file, directory, TAG_JPEG_OFFSET, 0),
           img_ifd_integer_or(file, directory, TAG_JPEG_SIZE, 0));
    if (!sensor && img_ifd_find(file, directory, TAG_STRIP_OFFSETS, &entry) && entry.count == 1)
        add_at(search, img_ifd_integer_or(file, directory, TAG_STRIP_OFFSETS, 0),
               img_ifd_integer_or(file, directory, TAG_STRIP_SIZES, 0));
    if (img_ifd_find(file, directory, TAG_JPEG_OF_RW2, &entry) && entry.size == 1)
        add(search, entry.value, (size_t)entry.count);
}

/* A chain of directories, and those below each. */
static void walk(struct search *search, uint64_t directory, unsigned depth)
{
    while (directory != 0 && search->directories < DIRECTORIES_MAX) {
        struct img_ifd_entry below;
        int64_t offset;
        search->directories++;
        visit(search, directory);
        if (depth < 2 && img_ifd_find(&search->file, directory, TAG_SUB_DIRECTORIES, &below))
            for (uint64_t i = 0; i < below.count && search->directories < DIRECTORIES_MAX &&
                                 img_ifd_integer(&search->file, &below, i, &offset) && offset > 0;
                 i++)
                walk(search, (uint64_t)offset, depth + 1);
        directory = img_ifd_next(&search->file, directory);
    }
}

bool img_raw_is_tiff(const uint8_t *bytes, size_t len)
{
    struct search search = {0};
    if (!img_ifd_open(&search.file, bytes, len))
        return false;
    walk(&search, search.file.first, 0);
    return search.sensor;
}

static uint32_t long_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Fujifilm's header says at byte 84 where its JPEG lies and how long it is. */
static void find_in_raf(struct search *search)
{
    const uint8_t *bytes = search->file.bytes;
    if (search->file.len > 92 && memcmp(bytes, "FUJIFILM", 8) == 0)
        add_at(search, long_at(bytes + 84), long_at(bytes + 88));
}

/* Every place where a JPEG could begin. */
static void find_by_marker(struct search *search)
{
    const uint8_t *at = search->file.bytes, *end = at + search->file.len;
    for (unsigned i = 0; i < CANDIDATES_MAX; i++) {
        at = memmem(at, (size_t)(end - at), "\xff\xd8\xff", 3);
        if (!at)
            return;
        add(search, at, (size_t)(end - at));
        at += 3;
    }
}

static bool has_large(const struct search *search)
{
    return search->count > 0 &&
           (search->previews[0].width >= LARGE || search->previews[0].height >= LARGE);
}

size_t img_raw_previews(const uint8_t *bytes, size_t len,
                        struct img_preview previews[IMG_RAW_PREVIEWS])
{
    struct search search = {.previews = previews};
    if (img_ifd_open(&search.file, bytes, len))
        walk(&search, search.file.first, 0);
    search.file.bytes = bytes;
    search.file.len = len;
    find_in_raf(&search);
    if (!has_large(&search))
        find_by_marker(&search);
    return search.count;
}

/* CR3: moov, in it Canon's uuid, in it CMT1. */
static bool find_box(struct img_block *block, const char *name)
{
    struct img_part part = img_part_of(*block);
    char found[4];
    while (img_box_next(&part, found, block))
        if (memcmp(found, name, 4) == 0)
            return true;
    return false;
}

struct img_block img_raw_exif(const uint8_t *bytes, size_t len)
{
    struct img_ifd_file file;
    struct img_block block = {bytes, len};
    if (img_ifd_open(&file, bytes, len))
        return block;
    if (!find_box(&block, "moov") || !find_box(&block, "uuid") || block.len < 16)
        return (struct img_block){0};
    block.bytes += 16;
    block.len -= 16;
    return find_box(&block, "CMT1") ? block : (struct img_block){0};
}
