/* GIF through giflib, frames composed as Pillow composes them: palette colours count also where they
 * are transparent, a frame smaller than the screen lies on its transparent index. */
#include <gif_lib.h>
#include <string.h>

#include "base/size.h"
#include "decode/convert.h"
#include "decode/decoders.h"

struct reader {
    const uint8_t *bytes;
    size_t len, at;
};

struct frame {
    uint32_t left, top, width, height;
    bool interlaced;
    int transparent; /* index, -1: none */
    int disposal;    /* as said last: a frame that says nothing keeps it */
    bool grey; /* no palette, or one that is the grey wedge: indices are values */
    uint8_t palette[256][3];
};

struct screen {
    uint32_t width, height;
    unsigned background; /* index */
    uint8_t *pixels;     /* [height, width, 4]: RGB and whether anything was drawn */
};

static int read_bytes(GifFileType *gif, GifByteType *out, int len)
{
    struct reader *reader = gif->UserData;
    size_t rest = reader->len - reader->at;
    size_t count = (size_t)len < rest ? (size_t)len : rest;
    if (rest == 0 && len == 1) {
        /* A file may end without the empty block behind its last pixels, as for Pillow. */
        *out = 0;
        return 1;
    }
    memcpy(out, reader->bytes + reader->at, count);
    reader->at += count;
    return (int)count;
}

static bool is_wedge(const ColorMapObject *map)
{
    for (int i = 0; i < map->ColorCount; i++)
        if (map->Colors[i].Red != i || map->Colors[i].Green != i || map->Colors[i].Blue != i)
            return false;
    return true;
}

static void take_palette(const GifFileType *gif, struct frame *frame)
{
    const ColorMapObject *map = gif->Image.ColorMap ? gif->Image.ColorMap : gif->SColorMap;
    frame->grey = !map || is_wedge(map);
    for (int i = 0; i < 256; i++) {
        bool known = map && i < map->ColorCount;
        uint8_t otherwise = frame->grey ? (uint8_t)i : 0;
        frame->palette[i][0] = known ? map->Colors[i].Red : otherwise;
        frame->palette[i][1] = known ? map->Colors[i].Green : otherwise;
        frame->palette[i][2] = known ? map->Colors[i].Blue : otherwise;
    }
}

static bool broken(const struct img_job *job, const struct reader *reader, struct img_err *err)
{
    if (reader->at >= reader->len)
        return img_ends_early(job, err);
    return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "GIF data is damaged");
}

static bool no_picture(const struct reader *reader, struct img_err *err)
{
    if (reader->at >= reader->len)
        return img_err_set(err, IMG_ERR_TRUNCATED, "GIF data ends early");
    return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "GIF without a picture");
}

/* Reads up to the next picture and its place and palette. *more is false at the file's end. */
static bool next_frame(GifFileType *gif, struct frame *frame, bool *more)
{
    GifRecordType type;
    *frame = (struct frame){.transparent = -1, .disposal = frame->disposal};
    *more = false;
    for (;;) {
        GifByteType *block = NULL;
        int code = 0;
        if (DGifGetRecordType(gif, &type) == GIF_ERROR)
            return false;
        if (type == TERMINATE_RECORD_TYPE)
            return true;
        if (type == IMAGE_DESC_RECORD_TYPE)
            break;
        if (type != EXTENSION_RECORD_TYPE)
            continue;
        if (DGifGetExtension(gif, &code, &block) == GIF_ERROR)
            return false;
        if (code == GRAPHICS_EXT_FUNC_CODE && block && block[0] >= 4) {
            frame->transparent = block[1] & 1 ? block[4] : -1;
            if (block[1] >> 2 & 7)
                frame->disposal = block[1] >> 2 & 7;
        }
        while (block)
            if (DGifGetExtensionNext(gif, &block) == GIF_ERROR)
                return false;
    }
    if (DGifGetImageDesc(gif) == GIF_ERROR)
        return false;
    frame->left = (uint32_t)gif->Image.Left;
    frame->top = (uint32_t)gif->Image.Top;
    frame->width = (uint32_t)gif->Image.Width;
    frame->height = (uint32_t)gif->Image.Height;
    frame->interlaced = gif->Image.Interlace;
    take_palette(gif, frame);
    *more = true;
    return true;
}

/* The row that is stored as number i. */
static uint32_t row_place(const struct frame *frame, uint32_t i)
{
    static const uint32_t start[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
    if (!frame->interlaced)
        return i;
    for (unsigned pass = 0; pass < 4; pass++) {
        uint32_t rows = frame->height > start[pass]
                            ? (frame->height - start[pass] + step[pass] - 1) / step[pass]
                            : 0;
        if (i < rows)
            return start[pass] + i * step[pass];
        i -= rows;
    }
    return 0;
}

static void put_pixel(uint8_t *to, const struct frame *frame, unsigned index)
{
    memcpy(to, frame->palette[index], 3);
    to[3] = (int)index == frame->transparent ? 0 : 255;
}

/* The first frame: transparent pixels keep their palette colour; so does all that it leaves free. */
static void fill_screen(struct screen *screen, const struct frame *frame)
{
    unsigned index = frame->transparent >= 0 ? (unsigned)frame->transparent : 0;
    for (size_t i = 0; i < (size_t)screen->width * screen->height; i++)
        put_pixel(screen->pixels + i * 4, frame, index);
}

static bool draw(GifFileType *gif, const struct frame *frame, struct screen *screen, bool first,
                 GifPixelType *row)
{
    for (uint32_t i = 0; i < frame->height; i++) {
        memset(row, 0, frame->width);
        if (DGifGetLine(gif, row, (int)frame->width) == GIF_ERROR)
            return false;
        uint32_t y = frame->top + row_place(frame, i);
        uint8_t *to = screen->pixels + ((size_t)y * screen->width + frame->left) * 4;
        for (uint32_t x = 0; x < frame->width; x++, to += 4)
            if (first || (int)row[x] != frame->transparent)
                put_pixel(to, frame, row[x]);
    }
    return true;
}

/* What a frame leaves behind for the next: background where it lay (2), what was there before (3),
 * else itself. Before the first frame there was only its transparent index, if any. */
static void dispose(struct screen *screen, const struct frame *frame, const uint8_t *before,
                    bool first)
{
    unsigned index = frame->transparent >= 0 ? (unsigned)frame->transparent : screen->background;
    if (frame->disposal < 2 || (frame->disposal > 2 && first && frame->transparent < 0))
        return;
    for (uint32_t y = frame->top; y < frame->top + frame->height; y++) {
        size_t at = ((size_t)y * screen->width + frame->left) * 4;
        if (frame->disposal > 2)
            memcpy(screen->pixels + at, before + at, (size_t)frame->width * 4);
        for (uint32_t x = 0; frame->disposal == 2 && x < frame->width; x++)
            put_pixel(screen->pixels + at + (size_t)x * 4, frame, index);
    }
}

/* Frames in the file, counted by their structure alone. */
static uint32_t count_frames(const struct img_job *job)
{
    struct reader reader = {job->bytes, job->len, 0};
    int status = 0;
    uint32_t frames = 0;
    GifFileType *gif = DGifOpen(&reader, read_bytes, &status);
    while (gif) {
        struct frame frame = {0};
        bool more;
        int size;
        GifByteType *block = NULL;
        if (!next_frame(gif, &frame, &more) || !more)
            break;
        frames++;
        if (DGifGetCode(gif, &size, &block) == GIF_ERROR)
            break;
        while (block && DGifGetCodeNext(gif, &block) == GIF_OK)
            continue;
    }
    if (gif)
        DGifCloseFile(gif, &status);
    return frames ? frames : 1;
}

static bool make_screen(const struct img_job *job, const struct frame *frame, struct screen *screen,
                        struct img_err *err)
{
    size_t pixels, bytes;
    if (!img_size_mul(screen->width, screen->height, &pixels) || !img_size_mul(pixels, 4, &bytes))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "%u by %u pixels", screen->width,
                           screen->height);
    screen->pixels = img_arena_alloc(job->arena, bytes, err);
    if (screen->pixels)
        fill_screen(screen, frame);
    return screen->pixels != NULL;
}

static bool inside(const struct frame *frame, const struct screen *screen)
{
    return frame->left + frame->width <= screen->width && frame->top + frame->height <= screen->height;
}

/* Draws frames up to the page. */
static bool compose_frames(const struct img_job *job, GifFileType *gif, const struct reader *reader,
                           struct screen *screen, struct frame *frame, struct img_err *err)
{
    size_t bytes = (size_t)screen->width * screen->height * 4;
    GifPixelType *row = img_arena_alloc(job->arena, 65536, err);
    uint8_t *before = row && job->prep->page > 0 ? img_arena_alloc(job->arena, bytes, err) : NULL;
    if (!row || (job->prep->page > 0 && !before))
        return false;
    for (uint32_t page = 0;; page++) {
        bool more;
        if (!inside(frame, screen))
            return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "GIF frame beyond its screen");
        if (before)
            memcpy(before, screen->pixels, bytes);
        if (!draw(gif, frame, screen, page == 0, row))
            return broken(job, reader, err);
        if (page == job->prep->page)
            return true;
        dispose(screen, frame, before, page == 0);
        if (!next_frame(gif, frame, &more) || !more)
            return broken(job, reader, err);
    }
}

static bool decode_open(const struct img_job *job, GifFileType *gif, const struct reader *reader,
                        struct img_sink *sink, struct img_err *err)
{
    struct frame frame = {0};
    bool more;
    struct img_key key = {0};
    struct screen screen = {(uint32_t)gif->SWidth, (uint32_t)gif->SHeight, 0, NULL};
    bool good = next_frame(gif, &frame, &more);
    /* A first frame larger than the screen enlarges it. */
    uint32_t right = (uint32_t)(gif->Image.Left + gif->Image.Width);
    uint32_t bottom = (uint32_t)(gif->Image.Top + gif->Image.Height);
    screen.width = screen.width < right ? right : screen.width;
    screen.height = screen.height < bottom ? bottom : screen.height;
    job->info->width = screen.width;
    job->info->height = screen.height;
    /* A file too large to be read is that first, also when it is cut short. */
    bool too_large = (uint64_t)screen.width * screen.height > job->prep->max_pixels;
    if ((!good || !more) && !too_large)
        return no_picture(reader, err);
    job->info->has_alpha = frame.transparent >= 0;
    img_info_set_mode(job->info, frame.grey ? "L" : "P");
    screen.background = gif->SColorMap ? (unsigned)gif->SBackGroundColor : 0;
    if (frame.transparent >= 0 && job->prep->page == 0) {
        key.used = true;
        memcpy(key.rgb, frame.palette[frame.transparent], sizeof key.rgb);
    }
    if (!img_sink_begin(sink, job, screen.width, screen.height, &key, err) ||
        !make_screen(job, &frame, &screen, err) ||
        !compose_frames(job, gif, reader, &screen, &frame, err))
        return false;
    for (uint32_t y = 0; y < screen.height; y++) {
        const uint8_t *from = screen.pixels + (size_t)y * screen.width * 4;
        for (uint32_t x = 0; x < screen.width; x++) {
            memcpy(sink->line + (size_t)x * 3, from + (size_t)x * 4, 3);
            if (sink->alpha)
                sink->alpha[x] = from[(size_t)x * 4 + 3];
            if (job->prep->has_background)
                img_compose(sink->line + (size_t)x * 3, from[(size_t)x * 4 + 3],
                            job->prep->background);
        }
        img_sink_row(sink, y);
    }
    return true;
}

bool img_gif_decode(const struct img_job *job, struct img_sink *sink, struct img_err *err)
{
    struct reader reader = {job->bytes, job->len, 0};
    int status = 0;
    job->info->pages = count_frames(job);
    GifFileType *gif = DGifOpen(&reader, read_bytes, &status);
    if (!gif)
        return no_picture(&reader, err);
    bool good = decode_open(job, gif, &reader, sink, err);
    DGifCloseFile(gif, &status);
    return good;
}
