/* Where decoders put rows: through the EXIF orientation into the resampler.
 *
 * A decoder fills info (format, width, height, mode, orientation, …), calls img_sink_begin()
 * with the size it will yield, then writes each row to line and hands it over. */
#ifndef IMG_DECODE_SINK_H
#define IMG_DECODE_SINK_H

#include "base/arena.h"
#include "base/err.h"
#include "image/picture.h"
#include "image/pixels.h"
#include "image/resample.h"

/* Sets the mode's name. */
void img_info_set_mode(struct img_info *info, const char *mode);

/* What every decoder is given. */
struct img_job {
    const uint8_t *bytes;
    size_t len;
    const struct img_prep *prep;
    struct img_arena *arena;
    struct img_info *info;
    bool head_only; /* info is all that is wanted: img_sink_begin() ends the work */
};

/* The one colour that a file calls transparent. Where the Hugging Face processor finds one it puts
 * such pixels on white, although everything else that is transparent just loses its alpha: the
 * palette's or tRNS's colour survives load_image() as info["transparency"]. */
struct img_key {
    bool used;
    uint8_t rgb[3];
};

struct img_sink {
    uint32_t width, height; /* of what the decoder yields */
    uint32_t orientation;   /* 1..8, what is applied */
    uint8_t *line;          /* [width, 3], the decoder's to write */
    uint8_t *alpha;         /* [width], likewise, where there is any that is dropped; else NULL */
    struct img_key key;     /* a row's pixels of this colour become white */
    uint8_t *turned;        /* [width, height, 3] for orientations that swap the axes */
    struct img_resample resample;
    struct img_pixels pixels;
};

/* Ends a decoder whose file ended before its pixels did: TRUNCATED, or, where that is to be
 * tolerated, true and a warning counted. */
IMG_CHECKED bool img_ends_early(const struct img_job *job, struct img_err *err);

/* Checks what is asked of a picture's head alone: sizes, max_pixels, page, mode. Before anything is
 * allocated for its pixels. */
IMG_CHECKED bool img_sink_check(const struct img_job *job, struct img_err *err);

/* Checks, and prepares for rows of width pixels, height of them. key may be NULL; it counts for
 * Hugging Face layouts (prep->crop says which) without a background of the user's own. False
 * with IMG_OK in err when the job wants no pixels. */
IMG_CHECKED bool img_sink_begin(struct img_sink *sink, const struct img_job *job, uint32_t width,
                                uint32_t height, const struct img_key *key, struct img_err *err);

/* line, and alpha where it is not NULL, are row y; each row comes once at most. */
void img_sink_row(struct img_sink *sink, uint32_t y);

/* The model's square [size, size, 3], or the whole [resample.rows, resample.columns, 3]. Rows that
 * never came are black. */
void img_sink_finish(struct img_sink *sink, uint8_t *out);

/* The identity of the pixels that have come, when the sink is finished. */
struct img_id img_sink_pixels_id(const struct img_sink *sink, const struct img_info *info);

#endif
