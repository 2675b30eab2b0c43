/* What a camera and a GPS receiver wrote into a picture, as JSON for records. Only what the file
 * holds: nonsense (n/0, a longitude of 200 degrees) is left out, with a note. */
#ifndef IMG_META_FACTS_H
#define IMG_META_FACTS_H

#include "base/buf.h"
#include "meta/container.h"
#include "meta/ifd.h"

/* An EXIF block and where its directories begin (0: there is none). */
struct img_exif_block {
    struct img_ifd_file file;
    uint64_t main, exif, gps;
};

/* The directories that hang from main. */
void img_exif_locate(const struct img_ifd_file *file, uint64_t directory,
                     struct img_exif_block *block);

/* Appends {"make":…,"model":…,…}, or nothing when the block tells nothing of a camera. notes takes
 * sentences about values left out: JSON strings with commas between. */
void img_camera_put(struct img_buf *out, const struct img_exif_block *block,
                    struct img_buf *notes);

/* Appends {"latitude":…,…}, or nothing: signed decimal degrees (WGS 84 unless map_datum says
 * otherwise), metres, km/h, an UTC timestamp. */
void img_gps_put(struct img_buf *out, const struct img_exif_block *block, struct img_buf *notes);

/* The same from an XMP packet, for pictures whose EXIF has no place. */
void img_gps_put_xmp(struct img_buf *out, struct img_block xmp, struct img_buf *notes);

/* Appends one note. */
void img_facts_note(struct img_buf *notes, const char *fmt, ...) IMG_PRINTF(2, 3);

/* Appends a text as a JSON string, without blanks around it: UTF-8 as it is, else read as
 * Latin-1. */
void img_facts_put_text(struct img_buf *out, const char *text, size_t len);

/* Appends "{" or "," before a member of the object that begins at from. */
void img_facts_next(struct img_buf *out, size_t from, const char *name);

#endif
