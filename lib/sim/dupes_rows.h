/* What finding duplicates needs of a picture, read from its record: identity, hashes, and by
 * what the one to keep is chosen. */
#ifndef IMG_SIM_DUPES_ROWS_H
#define IMG_SIM_DUPES_ROWS_H

#include "base/hash.h"
#include "image/perceptual.h"
#include "sim/source.h"

struct img_dupes_row {
    size_t row; /* of the source */
    uint32_t width, height; /* as stored; 0: not known */
    int64_t time_ns;        /* when the file was last changed; INT64_MAX: not known */
    bool has_id, has_pixels, has_look, has_path, has_file;
    bool standing; /* no copy of a picture that is kept instead, nor its file under another name */
    struct img_id id, pixels; /* image_id, pixels_hash */
    struct img_id path, file; /* hashes of the path without needless parts, and of the file's place
                                 on its device, size and time */
    uint32_t shrink;
    struct img_look look;
};

/* Reads a record's line: path, image_id, picture, file; width and height of metadata where there is
 * no picture. What is missing or makes no sense is not known. Fails with BAD_RECORD when it is no
 * object, or OUT_OF_MEMORY. */
IMG_CHECKED bool img_dupes_row_read(struct img_dupes_row *row, const char *line, size_t len,
                                    struct img_arena *arena, struct img_err *err);

/* All rows that are not skipped, sorted so that of two copies the first is the one to keep: more
 * pixels, then older, then of a lower row. *rows is the caller's to free(3). Fails with
 * BAD_RECORD or OUT_OF_MEMORY. */
IMG_CHECKED bool img_dupes_rows_read(const struct img_sim_source *source,
                                     struct img_dupes_row **rows, size_t *count,
                                     struct img_err *err);

#endif
