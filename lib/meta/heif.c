/* Boxes of a HEIF file's "meta": which item is the picture, its properties, where EXIF lies. */
#include "meta/heif.h"

#include <string.h>

#include "meta/boxes.h"

enum {
    ITEMS_MAX = 4096,
    DEPTH_PROPERTIES = 65536, /* associations looked at */
};

struct boxes {
    struct img_block pitm, iinf, iloc, iref, ipco, ipma, idat;
};

/* Version and flags in front of a full box's body. */
static unsigned open_full(struct img_part *part)
{
    return (unsigned)(img_part_take(part, 4) >> 24);
}

static void find_properties(struct img_block iprp, struct boxes *boxes)
{
    struct img_part part = img_part_of(iprp);
    struct img_block body;
    char name[4];
    while (img_box_next(&part, name, &body)) {
        if (memcmp(name, "ipco", 4) == 0)
            boxes->ipco = body;
        else if (memcmp(name, "ipma", 4) == 0 && !boxes->ipma.bytes)
            boxes->ipma = body;
    }
}

static bool find_boxes(const uint8_t *bytes, size_t len, struct boxes *boxes)
{
    struct img_part file = {bytes, bytes + len};
    struct img_block body;
    char name[4];
    *boxes = (struct boxes){0};
    do {
        if (!img_box_next(&file, name, &body))
            return false;
    } while (memcmp(name, "meta", 4) != 0);
    struct img_part meta = img_part_of(body);
    (void)open_full(&meta);
    while (img_box_next(&meta, name, &body)) {
        if (memcmp(name, "pitm", 4) == 0)
            boxes->pitm = body;
        else if (memcmp(name, "iinf", 4) == 0)
            boxes->iinf = body;
        else if (memcmp(name, "iloc", 4) == 0)
            boxes->iloc = body;
        else if (memcmp(name, "iref", 4) == 0)
            boxes->iref = body;
        else if (memcmp(name, "iprp", 4) == 0)
            find_properties(body, boxes);
        else if (memcmp(name, "idat", 4) == 0)
            boxes->idat = body;
    }
    return true;
}

/* Property number index (from 1) of ipco. */
static bool property(const struct boxes *boxes, uint64_t index, char name[4],
                     struct img_block *body)
{
    struct img_part part = img_part_of(boxes->ipco);
    for (uint64_t i = 0; i < index; i++)
        if (!img_box_next(&part, name, body))
            return false;
    return index > 0;
}

static uint32_t mirrored(uint32_t orientation, unsigned axis)
{
    /* Orientations with top and bottom exchanged (axis 0), with left and right exchanged (1). */
    static const uint8_t flips[2][9] = {{0, 4, 3, 2, 1, 8, 7, 6, 5}, {0, 2, 1, 4, 3, 6, 5, 8, 7}};
    return flips[axis][orientation];
}

static uint32_t turned(uint32_t orientation, unsigned quarters)
{
    static const uint8_t once[9] = {0, 8, 5, 6, 7, 4, 1, 2, 3}; /* against the clock */
    for (; quarters > 0; quarters--)
        orientation = once[orientation];
    return orientation;
}

static void read_colour(struct img_part body, struct img_heif *heif)
{
    uint64_t kind = img_part_take(&body, 4);
    if (kind == 0x70726f66 || kind == 0x72494343) /* prof, rICC */
        heif->has_icc = true;
}

/* The clean aperture: codecs work on whole blocks, what goes beyond the picture is cut away. */
static void read_aperture(struct img_part body, struct img_heif *heif)
{
    uint64_t width = img_part_take(&body, 4), width_of = img_part_take(&body, 4);
    uint64_t height = img_part_take(&body, 4), height_of = img_part_take(&body, 4);
    if (width_of == 0 || height_of == 0)
        return;
    width /= width_of;
    height /= height_of;
    if (width > 0 && width <= heif->width && height > 0 && height <= heif->height) {
        heif->width = (uint32_t)width;
        heif->height = (uint32_t)height;
    }
}

static void read_property(const char name[4], struct img_block block, struct img_heif *heif)
{
    struct img_part body = img_part_of(block);
    uint32_t now = heif->orientation ? heif->orientation : 1;
    if (memcmp(name, "ispe", 4) == 0) {
        (void)open_full(&body);
        heif->width = (uint32_t)img_part_take(&body, 4);
        heif->height = (uint32_t)img_part_take(&body, 4);
    } else if (memcmp(name, "clap", 4) == 0) {
        read_aperture(body, heif);
    } else if (memcmp(name, "irot", 4) == 0) {
        heif->orientation = turned(now, (unsigned)img_part_take(&body, 1) & 3);
    } else if (memcmp(name, "imir", 4) == 0) {
        heif->orientation = mirrored(now, (unsigned)img_part_take(&body, 1) & 1);
    } else if (memcmp(name, "colr", 4) == 0) {
        read_colour(body, heif);
    } else if (memcmp(name, "av1C", 4) == 0) {
        (void)img_part_take(&body, 2);
        heif->grey = img_part_take(&body, 1) >> 4 & 1;
    } else if (memcmp(name, "auxC", 4) == 0) {
        (void)open_full(&body);
        size_t len = (size_t)(body.end - body.at);
        heif->alpha = memmem(body.at, len, "alpha", 5) || memmem(body.at, len, "auxid:1", 7);
    }
}

/* Fills heif from the properties of one item. */
static void read_item(const struct boxes *boxes, uint64_t item, struct img_heif *heif)
{
    struct img_part part = img_part_of(boxes->ipma);
    uint64_t flags = img_part_take(&part, 4);
    unsigned id_size = flags >> 24 ? 4 : 2, index_size = flags & 1 ? 2 : 1;
    uint64_t entries = img_part_take(&part, 4);
    for (unsigned looked = 0; entries > 0 && part.at < part.end; entries--) {
        bool ours = img_part_take(&part, id_size) == item;
        uint64_t count = img_part_take(&part, 1);
        for (; count > 0 && looked < DEPTH_PROPERTIES; count--, looked++) {
            uint64_t index = img_part_take(&part, index_size) & (index_size == 2 ? 0x7fff : 0x7f);
            struct img_block body;
            char name[4];
            if (ours && property(boxes, index, name, &body))
                read_property(name, body, heif);
        }
        if (ours || looked == DEPTH_PROPERTIES)
            return;
    }
}

/* One item points to another. */
struct reference {
    uint32_t kind;
    uint64_t from, to;
};

static bool next_reference(struct img_part *list, unsigned id_size, struct img_part *targets,
                           uint64_t *left, struct reference *reference)
{
    while (*left == 0) {
        struct img_block body;
        char name[4];
        if (!img_box_next(list, name, &body))
            return false;
        struct img_part kind = {(const uint8_t *)name, (const uint8_t *)name + 4};
        *targets = img_part_of(body);
        reference->kind = (uint32_t)img_part_take(&kind, 4);
        reference->from = img_part_take(targets, id_size);
        *left = img_part_take(targets, 2);
    }
    if (targets->at == targets->end)
        return false;
    --*left;
    reference->to = img_part_take(targets, id_size);
    return true;
}

enum { KIND_THMB = 0x74686d62, KIND_AUXL = 0x6175786c, KIND_DIMG = 0x64696d67 };

/* Whether an item is a part of another: a thumbnail, an auxiliary picture, a tile. */
static bool is_part(const struct boxes *boxes, uint64_t item)
{
    struct img_part list = img_part_of(boxes->iref), targets = {0};
    struct reference reference = {0};
    uint64_t left = 0;
    unsigned id_size = open_full(&list) ? 4 : 2;
    while (next_reference(&list, id_size, &targets, &left, &reference)) {
        bool aside = reference.kind == KIND_THMB || reference.kind == KIND_AUXL;
        if ((aside && reference.from == item) ||
            (reference.kind == KIND_DIMG && reference.to == item))
            return true;
    }
    return false;
}

static bool has_alpha(const struct boxes *boxes, uint64_t item)
{
    struct img_part list = img_part_of(boxes->iref), targets = {0};
    struct reference reference = {0};
    uint64_t left = 0;
    unsigned id_size = open_full(&list) ? 4 : 2;
    for (unsigned seen = 0; seen < 64; seen++) {
        struct img_heif other = {0};
        if (!next_reference(&list, id_size, &targets, &left, &reference))
            return false;
        if (reference.kind != KIND_AUXL || reference.to != item)
            continue;
        read_item(boxes, reference.from, &other);
        if (other.alpha)
            return true;
    }
    return false;
}

static uint64_t sized(struct img_part *part, unsigned size)
{
    return size == 4 || size == 8 ? img_part_take(part, size) : 0;
}

/* An item's bytes, when they lie in one piece. */
static struct img_block locate(const uint8_t *bytes, size_t len, const struct boxes *boxes,
                               uint64_t wanted)
{
    struct img_part part = img_part_of(boxes->iloc);
    unsigned version = open_full(&part);
    unsigned sizes = (unsigned)img_part_take(&part, 2);
    unsigned id_size = version < 2 ? 2 : 4;
    uint64_t items = img_part_take(&part, id_size);
    for (; items > 0 && part.at < part.end; items--) {
        uint64_t id = img_part_take(&part, id_size);
        unsigned method = version == 0 ? 0 : (unsigned)img_part_take(&part, 2) & 15;
        (void)img_part_take(&part, 2);
        uint64_t offset = sized(&part, sizes >> 4 & 15);
        uint64_t extents = img_part_take(&part, 2), size = 0;
        for (uint64_t i = 0; i < extents && part.at < part.end; i++) {
            if (version > 0)
                (void)sized(&part, sizes & 15);
            uint64_t extra = sized(&part, sizes >> 12);
            size = sized(&part, sizes >> 8 & 15);
            if (i == 0 && __builtin_add_overflow(offset, extra, &offset))
                return (struct img_block){0};
        }
        if (id != wanted)
            continue;
        struct img_block whole = method == 1 ? boxes->idat : (struct img_block){bytes, len};
        if (extents != 1 || method > 1 || offset > whole.len || size > whole.len - offset)
            break;
        return (struct img_block){whole.bytes + offset, (size_t)size};
    }
    return (struct img_block){0};
}

static bool is_picture(const char kind[4])
{
    static const char kinds[][5] = {"hvc1", "av01", "grid", "iovl", "iden", "jpeg", "j2k1", "unci"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (memcmp(kind, kinds[i], 4) == 0)
            return true;
    return false;
}

/* Looks through the items: pictures are counted, EXIF and XMP found. */
static void read_items(const uint8_t *bytes, size_t len, const struct boxes *boxes,
                       struct img_heif *heif)
{
    struct img_part list = img_part_of(boxes->iinf);
    unsigned count_size = open_full(&list) ? 4 : 2;
    (void)img_part_take(&list, count_size);
    struct img_block body;
    char name[4], kind[4];
    uint32_t pictures = 0;
    for (unsigned i = 0; i < ITEMS_MAX && img_box_next(&list, name, &body); i++) {
        struct img_part item = img_part_of(body);
        uint64_t flags = img_part_take(&item, 4);
        unsigned version = (unsigned)(flags >> 24);
        if (memcmp(name, "infe", 4) != 0 || version < 2)
            continue;
        uint64_t id = img_part_take(&item, version == 2 ? 2 : 4);
        (void)img_part_take(&item, 2);
        if (item.end - item.at < 4)
            continue;
        memcpy(kind, item.at, 4);
        size_t rest = (size_t)(item.end - item.at);
        if (memcmp(kind, "Exif", 4) == 0 && !heif->exif.bytes)
            heif->exif = img_box_exif(locate(bytes, len, boxes, id));
        else if (memcmp(kind, "mime", 4) == 0 && memmem(item.at, rest, "rdf+xml", 7))
            heif->xmp = locate(bytes, len, boxes, id);
        else if (is_picture(kind) && !(flags & 1) && !is_part(boxes, id))
            pictures++;
    }
    heif->pictures = pictures > 0 ? pictures : 1;
}

/* Looks for a box by its way through others. */
static bool descend(struct img_block *block, const char *const *names)
{
    for (; *names; names++) {
        struct img_part part = img_part_of(*block);
        char name[4];
        do {
            if (!img_box_next(&part, name, block))
                return false;
        } while (memcmp(name, *names, 4) != 0);
    }
    return true;
}

/* Frames of a file that is first of all a sequence: samples of its first track. */
static uint32_t count_frames(const uint8_t *bytes, size_t len)
{
    static const char *const way[] = {"moov", "trak", "mdia", "minf", "stbl", "stsz", NULL};
    struct img_block block = {bytes, len};
    if (len < 12 || (memcmp(bytes + 8, "avis", 4) != 0 && memcmp(bytes + 8, "msf1", 4) != 0) ||
        !descend(&block, way))
        return 0;
    struct img_part stsz = img_part_of(block);
    (void)img_part_take(&stsz, 8); /* version and flags, the size of all */
    uint64_t frames = img_part_take(&stsz, 4);
    return frames <= len ? (uint32_t)frames : 0;
}

bool img_heif_scan(const uint8_t *bytes, size_t len, struct img_heif *heif)
{
    struct boxes boxes;
    *heif = (struct img_heif){.pictures = 1};
    if (!find_boxes(bytes, len, &boxes) || !boxes.pitm.bytes)
        return false;
    struct img_part pitm = img_part_of(boxes.pitm);
    uint64_t primary = img_part_take(&pitm, open_full(&pitm) ? 4 : 2);
    read_item(&boxes, primary, heif);
    heif->alpha = has_alpha(&boxes, primary);
    read_items(bytes, len, &boxes, heif);
    uint32_t frames = count_frames(bytes, len);
    heif->sequence = frames > 0;
    if (heif->sequence)
        heif->pictures = frames;
    return heif->width > 0 && heif->height > 0;
}
