/* BMP, our own decoder: every depth, RLE4 and RLE8, OS/2 and Windows headers, bit fields. What is
 * accepted, and how it is rounded, follows Pillow; layout: Microsoft's BITMAPINFOHEADER family. */
#include <string.h>

#include "base/size.h"
#include "decode/convert.h"
#include "decode/decoders.h"

enum {
    FILE_HEADER = 14,
    CORE_HEADER = 12,
    RAW = 0,
    RLE8 = 1,
    RLE4 = 2,
    BITFIELDS = 3,
};

struct bmp {
    uint32_t header, bits, compression, colours;
    uint32_t entry; /* bytes of a palette entry */
    uint32_t masks[4];
    uint64_t after_header; /* where the palette begins */
    uint64_t pixels;
    bool top_down;
    bool grey;    /* the palette is the grey wedge: indices are values */
    bool bilevel; /* the palette is black and white: each pixel is one bit, whatever bits says */
    uint8_t palette[256][3];
    uint8_t order[4]; /* 24 and 32 bits: byte of red, green, blue, alpha in a pixel */
    bool has_alpha;
};

static uint32_t u16(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static uint32_t u32(const uint8_t *at)
{
    return u16(at) | u16(at + 2) << 16;
}

static bool cut_short(struct img_err *err)
{
    return img_err_set(err, IMG_ERR_TRUNCATED, "BMP header ends early");
}

static bool parse_header(const struct img_job *job, struct bmp *bmp, struct img_err *err)
{
    if (job->len < FILE_HEADER + 4)
        return cut_short(err);
    const uint8_t *at = job->bytes + FILE_HEADER;
    bmp->pixels = u32(job->bytes + 10);
    bmp->header = u32(at);
    if (bmp->header != CORE_HEADER && bmp->header != 40 && bmp->header != 52 && bmp->header != 56 &&
        bmp->header != 64 && bmp->header != 108 && bmp->header != 124)
        return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "BMP header of %u bytes", bmp->header);
    bmp->after_header = FILE_HEADER + (uint64_t)bmp->header;
    if (job->len < bmp->after_header)
        return cut_short(err);
    if (bmp->header == CORE_HEADER) {
        job->info->width = u16(at + 4);
        job->info->height = u16(at + 6);
        bmp->bits = u16(at + 10);
        bmp->entry = 3;
    } else {
        uint32_t height = u32(at + 8);
        bmp->top_down = at[11] == 0xff;
        job->info->width = u32(at + 4);
        job->info->height = bmp->top_down ? 0 - height : height;
        bmp->bits = u16(at + 14);
        bmp->compression = u32(at + 16);
        job->info->dpi_x = (float)(u32(at + 24) / 39.3701);
        job->info->dpi_y = (float)(u32(at + 28) / 39.3701);
        bmp->colours = u32(at + 32);
        bmp->entry = 4;
    }
    if (bmp->bits != 1 && bmp->bits != 4 && bmp->bits != 8 && bmp->bits != 16 && bmp->bits != 24 &&
        bmp->bits != 32)
        return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "BMP of %u bits", bmp->bits);
    if (bmp->colours == 0 && bmp->bits <= 16)
        bmp->colours = 1U << bmp->bits;
    if (bmp->pixels == bmp->after_header && bmp->bits <= 8)
        bmp->pixels += (uint64_t)bmp->entry * bmp->colours;
    return true;
}

/* The masks behind a 40-byte header, or in a longer one. */
static bool read_masks(const struct img_job *job, struct bmp *bmp, struct img_err *err)
{
    uint32_t count = bmp->header >= 56 ? 4 : 3;
    const uint8_t *at = job->bytes + FILE_HEADER + 40;
    if (job->len < FILE_HEADER + 40 + (uint64_t)count * 4)
        return cut_short(err);
    for (uint32_t i = 0; i < count; i++)
        bmp->masks[i] = u32(at + (size_t)i * 4);
    if (bmp->header == 40)
        bmp->after_header += 12;
    return true;
}

/* The layouts that the reference knows; order is where red, green, blue and alpha lie (4: nowhere). */
static bool choose_fields(struct bmp *bmp, struct img_err *err)
{
    static const struct {
        uint32_t bits, masks[4];
        uint8_t order[4];
    } known[] = {
        {32, {0xff0000, 0xff00, 0xff, 0}, {2, 1, 0, 4}},
        {32, {0xff000000, 0xff0000, 0xff00, 0}, {3, 2, 1, 4}},
        {32, {0xff000000, 0xff00, 0xff, 0}, {3, 1, 0, 4}},
        {32, {0xff000000, 0xff0000, 0xff00, 0xff}, {3, 2, 1, 0}},
        {32, {0xff, 0xff00, 0xff0000, 0xff000000}, {0, 1, 2, 3}},
        {32, {0xff0000, 0xff00, 0xff, 0xff000000}, {2, 1, 0, 3}},
        {32, {0xff000000, 0xff00, 0xff, 0xff0000}, {3, 1, 0, 2}},
        {32, {0, 0, 0, 0}, {2, 1, 0, 3}},
        {24, {0xff0000, 0xff00, 0xff, 0}, {2, 1, 0, 4}},
        {16, {0xf800, 0x7e0, 0x1f, 0}, {0, 0, 0, 4}},
        {16, {0x7c00, 0x3e0, 0x1f, 0}, {0, 0, 0, 4}},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t compared = (bmp->bits == 32 ? 4 : 3) * sizeof bmp->masks[0];
        if (known[i].bits != bmp->bits || memcmp(known[i].masks, bmp->masks, compared) != 0)
            continue;
        memcpy(bmp->order, known[i].order, sizeof bmp->order);
        bmp->has_alpha = known[i].order[3] < 4;
        return true;
    }
    return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "BMP bit fields %x %x %x %x at %u bits",
                       bmp->masks[0], bmp->masks[1], bmp->masks[2], bmp->masks[3], bmp->bits);
}

static bool choose_layout(const struct img_job *job, struct bmp *bmp, struct img_err *err)
{
    static const uint8_t bgr[4] = {2, 1, 0, 4};
    memcpy(bmp->order, bgr, sizeof bgr);
    bmp->masks[1] = 0x3e0;
    switch (bmp->compression) {
    case RAW:
        return true;
    case BITFIELDS:
        return read_masks(job, bmp, err) && choose_fields(bmp, err);
    case RLE8:
    case RLE4:
        if (bmp->bits <= 8)
            return true;
        return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "run-length BMP of %u bits", bmp->bits);
    default:
        return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "BMP compression %u", bmp->compression);
    }
}

/* A palette that is the grey wedge makes a grey picture, one that is black and white a bilevel one;
 * colours that a short file or palette lacks are black. */
static bool read_palette(const struct img_job *job, struct bmp *bmp, struct img_err *err)
{
    if (bmp->colours == 0 || bmp->colours > 65536)
        return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "BMP palette of %u colours",
                           bmp->colours);
    bool wedge = true;
    for (uint32_t i = 0; i < bmp->colours; i++) {
        uint64_t at = bmp->after_header + (uint64_t)i * bmp->entry;
        if (at + 3 > job->len) {
            wedge = false;
            break;
        }
        const uint8_t *entry = job->bytes + at;
        uint8_t value = (uint8_t)(bmp->colours == 2 && i == 1 ? 255 : i);
        if (i > 255 || entry[0] != value || entry[1] != value || entry[2] != value)
            wedge = false;
        if (i < 256)
            for (uint32_t channel = 0; channel < 3; channel++)
                bmp->palette[i][channel] = entry[2 - channel];
    }
    for (uint32_t i = 0; wedge && i < 256; i++)
        memset(bmp->palette[i], (int)i, 3);
    bmp->grey = wedge;
    bmp->bilevel = wedge && bmp->colours == 2;
    if (!wedge && bmp->colours > 256)
        return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "BMP palette of %u colours",
                           bmp->colours);
    return true;
}

static void unpack_indices(const struct bmp *bmp, const uint8_t *row, uint32_t width, uint8_t *out)
{
    uint32_t bits = bmp->bilevel ? 1 : bmp->grey ? 8 : bmp->bits;
    for (uint32_t x = 0; x < width; x++) {
        uint64_t bit = (uint64_t)x * bits;
        unsigned index = (unsigned)row[bit / 8] >> (8 - bits - bit % 8) & ((1U << bits) - 1);
        if (bmp->bilevel)
            memset(out + (size_t)x * 3, index ? 255 : 0, 3);
        else
            memcpy(out + (size_t)x * 3, bmp->palette[index], 3);
    }
}

static void unpack_16(const struct bmp *bmp, const uint8_t *row, uint32_t width, uint8_t *out)
{
    bool six = bmp->masks[1] == 0x7e0;
    for (uint32_t x = 0; x < width; x++, out += 3) {
        unsigned value = u16(row + (size_t)x * 2);
        out[0] = (uint8_t)((value >> (six ? 11 : 10) & 31) * 255 / 31);
        out[1] = (uint8_t)(six ? (value >> 5 & 63) * 255 / 63 : (value >> 5 & 31) * 255 / 31);
        out[2] = (uint8_t)((value & 31) * 255 / 31);
    }
}

static void unpack_bytes(const struct bmp *bmp, const struct img_prep *prep, const uint8_t *row,
                         uint32_t width, uint8_t *out)
{
    size_t step = bmp->bits / 8;
    for (uint32_t x = 0; x < width; x++, out += 3, row += step) {
        for (unsigned channel = 0; channel < 3; channel++)
            out[channel] = row[bmp->order[channel]];
        if (bmp->has_alpha && prep->has_background)
            img_compose(out, row[bmp->order[3]], prep->background);
    }
}

static bool read_raw(const struct img_job *job, const struct bmp *bmp, struct img_sink *sink,
                     struct img_err *err)
{
    uint64_t stride = ((uint64_t)sink->width * bmp->bits + 31) / 32 * 4;
    uint64_t used = bmp->bilevel           ? ((uint64_t)sink->width + 7) / 8
                    : bmp->grey            ? sink->width
                                           : ((uint64_t)sink->width * bmp->bits + 7) / 8;
    if (used > stride)
        return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "grey BMP of %u bits", bmp->bits);
    for (uint32_t i = 0; i < sink->height; i++) {
        uint64_t at = bmp->pixels + i * stride;
        if (at > job->len || used > job->len - at)
            return img_ends_early(job, err);
        const uint8_t *row = job->bytes + at;
        if (bmp->bits <= 8)
            unpack_indices(bmp, row, sink->width, sink->line);
        else if (bmp->bits == 16)
            unpack_16(bmp, row, sink->width, sink->line);
        else
            unpack_bytes(bmp, job->prep, row, sink->width, sink->line);
        for (uint32_t x = 0; sink->alpha && x < sink->width; x++)
            sink->alpha[x] = row[(size_t)x * bmp->bits / 8 + bmp->order[3]];
        img_sink_row(sink, bmp->top_down ? i : sink->height - 1 - i);
    }
    return true;
}

/* Run-length data being written as one long string of indices, rows in the file's order. */
struct runs {
    uint8_t *indices; /* [height, width] */
    size_t total;
    size_t len;   /* written so far; may lie beyond total, where nothing is kept */
    size_t width;
    size_t x;
};

static void put(struct runs *runs, uint8_t index)
{
    if (runs->len < runs->total)
        runs->indices[runs->len] = index;
    runs->len++;
}

/* A literal run; false at the end of the data. */
static bool put_literal(struct runs *runs, bool rle4, unsigned count, const struct img_job *job,
                        uint64_t *at)
{
    unsigned bytes = rle4 ? count / 2 : count;
    bool whole = job->len - *at >= bytes;
    for (unsigned i = 0; i < bytes && *at < job->len; i++) {
        uint8_t value = job->bytes[(*at)++];
        if (rle4) {
            put(runs, value >> 4);
            put(runs, value & 15);
        } else {
            put(runs, value);
        }
    }
    runs->x += count;
    *at += *at % 2; /* runs are padded to even places in the file */
    return whole;
}

static void put_run(struct runs *runs, bool rle4, unsigned count, uint8_t value)
{
    size_t room = runs->x < runs->width ? runs->width - runs->x : 0;
    if (count > room)
        count = (unsigned)room;
    for (unsigned i = 0; i < count; i++)
        put(runs, rle4 ? (i % 2 ? value & 15 : value >> 4) : value);
    runs->x += count;
}

/* Follows the reference in what it makes of data that breaks the rules: rows run on. */
static void expand(const struct img_job *job, bool rle4, uint64_t at, struct runs *runs)
{
    while (runs->len < runs->total && at < job->len && job->len - at >= 2) {
        uint8_t count = job->bytes[at], value = job->bytes[at + 1];
        at += 2;
        if (count > 0) {
            put_run(runs, rle4, count, value);
        } else if (value == 0) {
            runs->len = (runs->len + runs->width - 1) / runs->width * runs->width;
            runs->x = 0;
        } else if (value == 1) {
            return;
        } else if (value == 2) {
            if (job->len - at < 2)
                return;
            runs->len += job->bytes[at] + job->bytes[at + 1] * runs->width;
            runs->x = runs->len % runs->width;
            at += 2;
        } else if (!put_literal(runs, rle4, value, job, &at)) {
            return;
        }
    }
}

static bool read_runs(const struct img_job *job, const struct bmp *bmp, struct img_sink *sink,
                      struct img_err *err)
{
    struct runs runs = {.width = sink->width};
    if (bmp->bilevel)
        return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "run-length BMP in black and white");
    if (!img_size_mul(sink->width, sink->height, &runs.total))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "%u by %u pixels", sink->width, sink->height);
    runs.indices = img_arena_alloc(job->arena, runs.total, err);
    if (!runs.indices)
        return false;
    expand(job, bmp->compression == RLE4, bmp->pixels, &runs);
    if (runs.len < runs.total && !img_ends_early(job, err))
        return false;
    for (uint32_t i = 0; i < sink->height; i++) {
        const uint8_t *row = runs.indices + (size_t)i * sink->width;
        for (uint32_t x = 0; x < sink->width; x++)
            memcpy(sink->line + (size_t)x * 3, bmp->palette[row[x]], 3);
        img_sink_row(sink, bmp->top_down ? i : sink->height - 1 - i);
    }
    return true;
}

bool img_bmp_decode(const struct img_job *job, struct img_sink *sink, struct img_err *err)
{
    struct bmp bmp = {0};
    if (!parse_header(job, &bmp, err) || !choose_layout(job, &bmp, err) ||
        (bmp.bits <= 8 && !read_palette(job, &bmp, err)))
        return false;
    if (bmp.pixels == 0)
        bmp.pixels = bmp.after_header + (bmp.bits <= 8 ? (uint64_t)bmp.entry * bmp.colours : 0);
    img_info_set_mode(job->info, bmp.has_alpha   ? "RGBA"
                                 : bmp.bits > 8  ? "RGB"
                                 : bmp.bilevel   ? "1"
                                 : bmp.grey      ? "L"
                                                 : "P");
    job->info->has_alpha = bmp.has_alpha;
    if (!img_sink_begin(sink, job, job->info->width, job->info->height, NULL, err))
        return false;
    bool runs = bmp.compression == RLE8 || bmp.compression == RLE4;
    return runs ? read_runs(job, &bmp, sink, err) : read_raw(job, &bmp, sink, err);
}
