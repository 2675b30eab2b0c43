/* TIFF through libtiff: every layout of samples that Pillow knows, and a few more, by its rules. */
#include <string.h>
#include <tiffio.h>

#include "base/size.h"
#include "decode/convert.h"
#include "decode/decoders.h"
#include "decode/head.h"
#include "decode/lab.h"
#include "decode/tiff_file.h"

enum { SAMPLES_MAX = 8 };

struct tiff {
    TIFF *file;
    uint32_t width, height;
    uint16_t bits, samples, format, photometric, planar, compression;
    uint16_t alpha;       /* index of the alpha sample, 0: none */
    bool premultiplied;
    bool as_rgba;         /* libtiff converts: YCbCr with its subsampling */
    uint16_t *map[3];     /* palette */
    struct img_lab *lab;
    uint32_t planes;      /* 1, or samples when each lies by itself */
    uint32_t band_rows;   /* rows decoded at once */
    size_t row_bytes;     /* of one plane */
    uint8_t *band[SAMPLES_MAX];
    uint8_t *tile;
};

static bool unsupported(const struct tiff *tiff, struct img_err *err)
{
    return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT,
                       "TIFF of %u samples of %u bits, format %u, photometric %u", tiff->samples,
                       tiff->bits, tiff->format, tiff->photometric);
}

static void read_tags(struct tiff *tiff)
{
    uint16_t extras = 0;
    uint16_t *kinds = NULL;
    TIFF *file = tiff->file;
    TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &tiff->width);
    TIFFGetField(file, TIFFTAG_IMAGELENGTH, &tiff->height);
    TIFFGetFieldDefaulted(file, TIFFTAG_BITSPERSAMPLE, &tiff->bits);
    TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLESPERPIXEL, &tiff->samples);
    TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLEFORMAT, &tiff->format);
    TIFFGetFieldDefaulted(file, TIFFTAG_PLANARCONFIG, &tiff->planar);
    TIFFGetFieldDefaulted(file, TIFFTAG_COMPRESSION, &tiff->compression);
    TIFFGetField(file, TIFFTAG_PHOTOMETRIC, &tiff->photometric);
    TIFFGetFieldDefaulted(file, TIFFTAG_EXTRASAMPLES, &extras, &kinds);
    if (extras > 0 && extras < tiff->samples && kinds && kinds[0] != EXTRASAMPLE_UNSPECIFIED) {
        tiff->alpha = (uint16_t)(tiff->samples - extras);
        tiff->premultiplied = kinds[0] == EXTRASAMPLE_ASSOCALPHA;
    } else if (extras == 0 && tiff->photometric == PHOTOMETRIC_RGB && tiff->samples == 4) {
        tiff->alpha = 3;
    }
    tiff->planes = tiff->planar == PLANARCONFIG_SEPARATE ? tiff->samples : 1;
}

/* Whether rows can be made RGB from these samples. */
static bool known_layout(const struct tiff *tiff)
{
    bool small = tiff->bits == 1 || tiff->bits == 2 || tiff->bits == 4 || tiff->bits == 8;
    bool whole = tiff->format == SAMPLEFORMAT_UINT || tiff->format == SAMPLEFORMAT_INT ||
                 tiff->format == SAMPLEFORMAT_VOID;
    bool bytes = whole && (tiff->bits == 8 || tiff->bits == 16);
    switch (tiff->photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
        if (tiff->bits == 32)
            return whole || tiff->format == SAMPLEFORMAT_IEEEFP;
        return whole && (small || tiff->bits == 12 || tiff->bits == 16);
    case PHOTOMETRIC_RGB:
        return bytes && tiff->samples >= 3;
    case PHOTOMETRIC_PALETTE:
        return whole && small;
    case PHOTOMETRIC_SEPARATED:
        return bytes && tiff->samples >= 4;
    case PHOTOMETRIC_YCBCR:
        return tiff->as_rgba || (tiff->bits == 8 && (tiff->samples == 1 || tiff->samples == 3));
    case PHOTOMETRIC_CIELAB:
        return whole && tiff->bits == 8 && tiff->samples >= 3;
    default:
        return false;
    }
}

static bool choose_layout(struct tiff *tiff, struct img_err *err)
{
    if (tiff->photometric == PHOTOMETRIC_YCBCR && tiff->samples > 1) {
        if (tiff->compression == COMPRESSION_JPEG && tiff->planar == PLANARCONFIG_CONTIG)
            TIFFSetField(tiff->file, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        else
            tiff->as_rgba = true;
    }
    if (tiff->samples == 0 || tiff->samples > SAMPLES_MAX || !known_layout(tiff))
        return unsupported(tiff, err);
    if (!TIFFIsCODECConfigured(tiff->compression))
        return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "TIFF compression %u", tiff->compression);
    if (tiff->photometric == PHOTOMETRIC_PALETTE &&
        !TIFFGetField(tiff->file, TIFFTAG_COLORMAP, &tiff->map[0], &tiff->map[1], &tiff->map[2]))
        return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "TIFF without its palette");
    if (tiff->photometric == PHOTOMETRIC_CIELAB)
        tiff->lab = img_lab_new(err);
    return tiff->photometric != PHOTOMETRIC_CIELAB || tiff->lab;
}

/* Sizes of what is decoded at once, and room for it. */
static bool make_band(struct tiff *tiff, const struct img_job *job, struct img_err *err)
{
    size_t bits, bytes;
    bool tiled = TIFFIsTiled(tiff->file) != 0;
    if (!img_size_mul(tiff->width, (size_t)tiff->bits * (tiff->samples / tiff->planes), &bits))
        return unsupported(tiff, err);
    tiff->row_bytes = bits / 8 + (bits % 8 > 0);
    tiff->band_rows = tiff->height;
    TIFFGetFieldDefaulted(tiff->file, tiled ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP,
                          &tiff->band_rows);
    if (tiff->band_rows == 0)
        return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "TIFF data is damaged");
    if (tiff->band_rows > tiff->height && !tiled)
        tiff->band_rows = tiff->height;
    if (tiled) {
        tmsize_t tile = TIFFTileSize(tiff->file);
        if (tile <= 0 || (uint64_t)tile > job->prep->max_pixels)
            return img_err_set(err, IMG_ERR_TOO_MANY_PIXELS, "TIFF tile of %lld bytes",
                               (long long)tile);
        tiff->tile = img_arena_alloc(job->arena, (size_t)tile, err);
        if (!tiff->tile)
            return false;
    }
    uint32_t rows = tiff->band_rows < tiff->height ? tiff->band_rows : tiff->height;
    if (!img_size_mul(tiff->row_bytes, rows, &bytes))
        return unsupported(tiff, err);
    for (uint32_t plane = 0; plane < tiff->planes; plane++) {
        tiff->band[plane] = img_arena_alloc(job->arena, bytes, err);
        if (!tiff->band[plane])
            return false;
    }
    return true;
}

/* Rows y to y + rows of one plane, out of tiles. */
static bool read_tiles(struct tiff *tiff, uint32_t plane, uint32_t y, uint32_t rows)
{
    uint32_t tile_width = 0;
    TIFFGetField(tiff->file, TIFFTAG_TILEWIDTH, &tile_width);
    size_t tile_row = (size_t)TIFFTileRowSize(tiff->file);
    size_t tile_bytes = (size_t)TIFFTileSize(tiff->file);
    if (tile_width == 0 || tile_row == 0)
        return false;
    size_t at = 0;
    for (uint64_t x = 0; x < tiff->width; x += tile_width, at += tile_row) {
        if (TIFFReadTile(tiff->file, tiff->tile, (uint32_t)x, y, 0, (uint16_t)plane) < 0)
            return false;
        if (at >= tiff->row_bytes)
            continue;
        size_t count = tile_row < tiff->row_bytes - at ? tile_row : tiff->row_bytes - at;
        for (uint32_t row = 0; row < rows; row++) {
            if ((row + 1) * tile_row > tile_bytes)
                return false;
            memcpy(tiff->band[plane] + row * tiff->row_bytes + at, tiff->tile + row * tile_row,
                   count);
        }
    }
    return true;
}

static bool read_band(struct tiff *tiff, uint32_t y, uint32_t rows)
{
    for (uint32_t plane = 0; plane < tiff->planes; plane++) {
        if (TIFFIsTiled(tiff->file)) {
            if (!read_tiles(tiff, plane, y, rows))
                return false;
            continue;
        }
        uint32_t strip = TIFFComputeStrip(tiff->file, y, (uint16_t)plane);
        tmsize_t want = (tmsize_t)(tiff->row_bytes * rows);
        if (TIFFReadEncodedStrip(tiff->file, strip, tiff->band[plane], want) < want)
            return false;
    }
    return true;
}

/* Sample number index of a pixel, native order. */
static uint32_t sample(const struct tiff *tiff, uint32_t row, uint32_t x, uint32_t index)
{
    bool apart = tiff->planes > 1;
    const uint8_t *at = tiff->band[apart ? index : 0] + row * tiff->row_bytes;
    size_t place = apart ? x : (size_t)x * tiff->samples + index;
    uint16_t two;
    uint32_t four;
    switch (tiff->bits) {
    case 8:
        return at[place];
    case 16:
        memcpy(&two, at + place * 2, sizeof two);
        return two;
    case 32:
        memcpy(&four, at + place * 4, sizeof four);
        return four;
    case 12:
        at += place / 2 * 3;
        return place % 2 ? (at[1] & 15U) << 8 | at[2] : (uint32_t)at[0] << 4 | at[1] >> 4;
    default: {
        size_t bit = place * tiff->bits;
        return (uint32_t)at[bit / 8] >> (8 - tiff->bits - bit % 8) & ((1U << tiff->bits) - 1);
    }
    }
}

static uint8_t byte_of(const struct tiff *tiff, uint32_t value)
{
    return (uint8_t)(tiff->bits == 16 ? value >> 8 : value);
}

/* Grey of any depth. 16 bits and more are clipped or scaled as convert.h says. */
static void grey_row(const struct tiff *tiff, const struct img_prep *prep, uint32_t row,
                     uint8_t *out)
{
    bool white_is_zero = tiff->photometric == PHOTOMETRIC_MINISWHITE;
    bool is_signed = tiff->format == SAMPLEFORMAT_INT;
    struct img_layout layout = {.samples = IMG_SAMPLES_INT32, .bands = 1, .bits = tiff->bits};
    if (tiff->bits == 16 && is_signed)
        layout.samples = IMG_SAMPLES_INT16;
    else if (tiff->bits == 12 || tiff->bits == 16)
        layout.samples = IMG_SAMPLES_GREY16;
    else if (tiff->bits == 32 && tiff->format == SAMPLEFORMAT_IEEEFP)
        layout.samples = IMG_SAMPLES_FLOAT32;
    layout.clips = tiff->alpha == 0;
    for (uint32_t x = 0; x < tiff->width; x++, out += 3) {
        uint32_t value = sample(tiff, row, x, 0);
        uint16_t word = (uint16_t)value;
        if (tiff->bits > 8) {
            if (white_is_zero && layout.samples == IMG_SAMPLES_GREY16 && prep->scale_16bit)
                word = (uint16_t)((1U << tiff->bits) - 1 - value);
            const void *in = tiff->bits == 32 ? (const void *)&value : (const void *)&word;
            img_convert_row(&layout, prep, in, 1, out);
        } else {
            value = value * 255 / ((1U << tiff->bits) - 1);
            memset(out, (int)(white_is_zero ? 255 - value : value), 3);
        }
    }
}

static void colour_row(const struct tiff *tiff, uint32_t row, uint8_t *out)
{
    for (uint32_t x = 0; x < tiff->width; x++, out += 3) {
        for (uint32_t i = 0; i < 3; i++)
            out[i] = byte_of(tiff, sample(tiff, row, x, i));
        if (!tiff->premultiplied)
            continue;
        unsigned alpha = byte_of(tiff, sample(tiff, row, x, tiff->alpha));
        for (uint32_t i = 0; i < 3; i++) {
            unsigned value = alpha ? out[i] * 255U / alpha : 0;
            out[i] = (uint8_t)(value > 255 ? 255 : value);
        }
    }
}

static void ink_row(const struct tiff *tiff, const struct img_prep *prep, uint32_t row, uint8_t *out)
{
    static const struct img_layout layout = {.samples = IMG_SAMPLES_CMYK8, .bands = 4};
    for (uint32_t x = 0; x < tiff->width; x++, out += 3) {
        uint8_t cmyk[4];
        for (uint32_t i = 0; i < 4; i++)
            cmyk[i] = byte_of(tiff, sample(tiff, row, x, i));
        img_convert_row(&layout, prep, cmyk, 1, out);
    }
}

/* The file's a and b are signed. */
static void lab_row(const struct tiff *tiff, uint32_t row, uint8_t *out)
{
    for (uint32_t x = 0; x < tiff->width; x++) {
        out[(size_t)x * 3] = (uint8_t)sample(tiff, row, x, 0);
        out[(size_t)x * 3 + 1] = (uint8_t)(sample(tiff, row, x, 1) ^ 0x80);
        out[(size_t)x * 3 + 2] = (uint8_t)(sample(tiff, row, x, 2) ^ 0x80);
    }
    img_lab_to_rgb(tiff->lab, out, tiff->width);
}

static void palette_row(const struct tiff *tiff, uint32_t row, uint8_t *out)
{
    for (uint32_t x = 0; x < tiff->width; x++, out += 3)
        for (uint32_t i = 0; i < 3; i++)
            out[i] = (uint8_t)(tiff->map[i][sample(tiff, row, x, 0)] >> 8);
}

static void make_row(const struct tiff *tiff, const struct img_prep *prep, uint32_t row,
                     uint8_t *out)
{
    bool plain = tiff->bits == 8 && tiff->samples == 3 && tiff->planes == 1 &&
                 (tiff->photometric == PHOTOMETRIC_RGB || tiff->photometric == PHOTOMETRIC_YCBCR);
    if (tiff->photometric == PHOTOMETRIC_CIELAB)
        lab_row(tiff, row, out);
    else if (plain)
        memcpy(out, tiff->band[0] + row * tiff->row_bytes, (size_t)tiff->width * 3);
    else if (tiff->photometric == PHOTOMETRIC_PALETTE)
        palette_row(tiff, row, out);
    else if (tiff->photometric == PHOTOMETRIC_SEPARATED)
        ink_row(tiff, prep, row, out);
    else if (tiff->photometric == PHOTOMETRIC_RGB)
        colour_row(tiff, row, out);
    else
        grey_row(tiff, prep, row, out);
    if (!prep->has_background || tiff->alpha == 0 || (tiff->bits != 8 && tiff->bits != 16))
        return;
    for (uint32_t x = 0; x < tiff->width; x++)
        img_compose(out + (size_t)x * 3, byte_of(tiff, sample(tiff, row, x, tiff->alpha)),
                    prep->background);
}

/* Whether the data that libtiff could not read lies beyond the file's end. */
static bool lacks_data(const struct tiff *tiff, const struct img_job *job)
{
    uint64_t *offsets = NULL, *counts = NULL;
    bool tiled = TIFFIsTiled(tiff->file) != 0;
    uint32_t parts = tiled ? TIFFNumberOfTiles(tiff->file) : TIFFNumberOfStrips(tiff->file);
    if (!TIFFGetField(tiff->file, tiled ? TIFFTAG_TILEOFFSETS : TIFFTAG_STRIPOFFSETS, &offsets) ||
        !TIFFGetField(tiff->file, tiled ? TIFFTAG_TILEBYTECOUNTS : TIFFTAG_STRIPBYTECOUNTS,
                      &counts) ||
        !offsets || !counts)
        return false;
    for (uint32_t i = 0; i < parts; i++)
        if (offsets[i] > job->len || counts[i] > job->len - offsets[i])
            return true;
    return tiff->compression == COMPRESSION_NONE;
}

static bool cannot_read(const struct tiff *tiff, const struct img_job *job, struct img_err *err)
{
    if (!job->prep->fail_on_truncated || lacks_data(tiff, job))
        return img_ends_early(job, err);
    return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "TIFF data is damaged");
}

static bool read_samples(struct tiff *tiff, const struct img_job *job, struct img_sink *sink,
                         struct img_err *err)
{
    if (!make_band(tiff, job, err))
        return false;
    for (uint32_t y = 0; y < tiff->height; y += tiff->band_rows) {
        uint32_t rest = tiff->height - y;
        uint32_t rows = rest < tiff->band_rows ? rest : tiff->band_rows;
        if (!read_band(tiff, y, rows))
            return cannot_read(tiff, job, err);
        for (uint32_t row = 0; row < rows; row++) {
            make_row(tiff, job->prep, row, sink->line);
            for (uint32_t x = 0; sink->alpha && x < tiff->width; x++)
                sink->alpha[x] = byte_of(tiff, sample(tiff, row, x, tiff->alpha));
            img_sink_row(sink, y + row);
        }
        if (rest <= tiff->band_rows)
            break;
    }
    return true;
}

/* libtiff's own conversion, strip by strip. */
static bool read_rgba(struct tiff *tiff, const struct img_job *job, struct img_sink *sink,
                      struct img_err *err)
{
    TIFFRGBAImage image;
    char reason[1024];
    size_t pixels;
    uint32_t block = tiff->height;
    TIFFGetFieldDefaulted(tiff->file,
                          TIFFIsTiled(tiff->file) ? TIFFTAG_TILELENGTH : TIFFTAG_ROWSPERSTRIP,
                          &block);
    if (block == 0 || block > tiff->height)
        block = tiff->height;
    if (!img_size_mul(tiff->width, block, &pixels))
        return unsupported(tiff, err);
    uint32_t *raster = img_arena_array(job->arena, pixels, sizeof *raster, err);
    if (!raster)
        return false;
    if (!TIFFRGBAImageOK(tiff->file, reason) ||
        !TIFFRGBAImageBegin(&image, tiff->file, 1, reason))
        return unsupported(tiff, err);
    image.orientation = ORIENTATION_TOPLEFT;
    image.req_orientation = ORIENTATION_TOPLEFT;
    bool good = true;
    for (uint32_t y = 0; good && y < tiff->height; y += block) {
        uint32_t rows = tiff->height - y < block ? tiff->height - y : block;
        image.row_offset = (int)y;
        if (!TIFFRGBAImageGet(&image, raster, tiff->width, rows)) {
            good = cannot_read(tiff, job, err);
            break;
        }
        for (uint32_t row = 0; row < rows; row++) {
            const uint32_t *from = raster + (size_t)row * tiff->width;
            for (uint32_t x = 0; x < tiff->width; x++) {
                sink->line[(size_t)x * 3] = (uint8_t)TIFFGetR(from[x]);
                sink->line[(size_t)x * 3 + 1] = (uint8_t)TIFFGetG(from[x]);
                sink->line[(size_t)x * 3 + 2] = (uint8_t)TIFFGetB(from[x]);
                if (sink->alpha)
                    sink->alpha[x] = (uint8_t)TIFFGetA(from[x]);
            }
            img_sink_row(sink, y + row);
        }
    }
    TIFFRGBAImageEnd(&image);
    return good;
}

static bool decode_open(struct tiff *tiff, const struct img_job *job, struct img_sink *sink,
                        struct img_err *err)
{
    read_tags(tiff);
    job->info->width = tiff->width;
    job->info->height = tiff->height;
    job->info->has_alpha = tiff->alpha > 0;
    if (!img_sink_check(job, err) || !choose_layout(tiff, err) ||
        !img_sink_begin(sink, job, tiff->width, tiff->height, NULL, err))
        return false;
    return tiff->as_rgba ? read_rgba(tiff, job, sink, err) : read_samples(tiff, job, sink, err);
}

bool img_tiff_decode(const struct img_job *job, struct img_sink *sink, struct img_err *err)
{
    struct img_head head;
    struct tiff tiff = {0};
    img_head_tiff(job, &head);
    if (job->info->width && job->info->height && !img_sink_check(job, err))
        return false;
    /* Colour profiles are libvips' business. */
    if (job->prep->srgb && job->info->has_icc_profile)
        return img_vips_decode(job, sink, err);
    struct img_tiff_file source = {job->bytes, job->len, 0};
    tiff.file = img_tiff_open(&source, job->prep->page);
    if (!tiff.file)
        return img_err_set(err, head.ends_early ? IMG_ERR_TRUNCATED : IMG_ERR_NOT_AN_IMAGE,
                           "TIFF directory is damaged");
    bool good = decode_open(&tiff, job, sink, err);
    TIFFClose(tiff.file);
    img_lab_free(tiff.lab);
    job->info->decoder_warnings += img_tiff_take_warnings();
    return good;
}
