/* Metadata records (the mission's ImageMetadata), also as "metadata" in embedding records. */
#ifndef IMG_RECORD_METADATA_H
#define IMG_RECORD_METADATA_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Plain fields; NULL and 0 stand for "not known", which is written as null. */
struct img_metadata_record {
    const char *image_path; /* NULL: null (bytes that came with a record) */
    size_t image_path_len;
    uint64_t width, height; /* as stored, before orientation */
    const char *format;     /* Pillow's name */
    const char *mode;       /* Pillow's name */
    uint64_t size;          /* bytes of the file */
    bool size_unknown;      /* its bytes could not be read: null */
    double dpi_x, dpi_y;    /* null unless both are above 0 */
    const char *creation_date, *modification_date; /* "" counts as NULL */
    const char *camera_info, *gps_info;            /* JSON objects, ready made */
    unsigned orientation;                          /* EXIF 1..8 */
    bool has_icc_profile, has_alpha;
    uint64_t pages;
    bool known; /* width, height, icc_profile, has_alpha and pages mean something; else null */
};

/* One line of a debug log; timestamp as YYYY-MM-DDTHH:MM:SS.mmmZ. */
struct img_log_line {
    const char *timestamp;
    const char *message;
};

/* Appends the object without its closing brace. */
void img_metadata_put(struct img_buf *out, const struct img_metadata_record *record);

/* A file's own time (nanoseconds since the epoch; 0: none), in UTC so that the record is the same in
 * every time zone. "" when there is none. */
void img_metadata_file_time(int64_t mtime_ns, char text[40]);

/* Appends "debug_logs":[{"timestamp":…,"message":…},…]. */
void img_metadata_put_logs(struct img_buf *out, const struct img_log_line *lines, size_t count);

#endif
