/* One input on its way: what was asked for, what was learnt, what came out. */
#ifndef IMG_PIPELINE_ITEM_H
#define IMG_PIPELINE_ITEM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/report.h"
#include "cache/cache.h"
#include "engine/engine.h"
#include "image/picture.h"
#include "json/scan.h"

enum img_item_kind {
    IMG_ITEM_PATH,  /* a picture's file */
    IMG_ITEM_BYTES, /* a picture's bytes: from stdin ("-") or a record (no path) */
    IMG_ITEM_TEXT,
    IMG_ITEM_PASSED, /* a record that had failed before; goes on as it is */
    IMG_ITEM_BROKEN, /* a record that cannot be read; err says why */
};

struct img_log_entry {
    char timestamp[32];
    char message[160];
};

enum { IMG_ITEM_LOGS = 4 };

struct img_input_file;

/* What one input asks for, where inputs do not all ask for the same. */
struct img_wishes {
    bool normalize, metadata, base64; /* as in the settings */
};

struct img_item {
    enum img_item_kind kind;
    const char *path; /* what the record shows; NULL: none */
    size_t path_len;
    const unsigned char *bytes;
    size_t bytes_len;
    const char *text;
    size_t text_len;
    const char *line; /* PASSED: the record as it came */
    size_t line_len;
    const struct img_json_object *input; /* the record it came in, or NULL */
    const struct img_wishes *wishes;     /* NULL: the settings' */
    const struct img_input_file *opened; /* a PATH's file, opened (and closed) by whoever made the
                                            item, its stamp in the item; NULL: path is opened */

    bool paged;    /* its path names a page, "scan.tiff[2]", found when its file was looked at */
    uint32_t page; /* that page */

    struct img_err err; /* code IMG_OK: none so far */
    bool has_stamp; /* of its file */
    struct img_stamp stamp;
    bool has_content; /* the bytes are known: identity and size */
    struct img_content content;
    struct img_info info;
    bool has_info;
    bool has_facts; /* metadata is wanted, and the file was asked for it: */
    struct img_info facts;
    const char *camera_info, *gps_info; /* JSON objects; NULL: none */
    uint8_t *pixels; /* room for [size, size, 3], the embedder's caller's; filled when decoded */
    bool decoded;
    uint32_t tokens;  /* of a text; 0: not known */
    float *embedding; /* room for [dimension], likewise; filled when encoded */
    bool encoded;
    const char *precision; /* that it was encoded with */
    struct img_told told;  /* by an engine that took the picture as a file */
    bool cached;  /* the embedding came from the cache */
    bool read;    /* its bytes were read */
    double seconds;    /* spent on this input */
    struct img_log_entry logs[IMG_ITEM_LOGS];
    size_t log_count;
};

/* Adds a line, stamped now, to the item's debug log; nothing when the log is full. */
void img_item_log(struct img_item *item, const char *fmt, ...) IMG_PRINTF(2, 3);

/* Whether there is a record to be written: false for what a signal left undone. */
bool img_item_done(const struct img_item *item);

/* What went wrong with the item, if anything did, as a warning: "photo.jpg: not an image". */
void img_item_report(const struct img_item *item, const struct img_report *report);

/* Seconds of a clock that only goes forward. */
double img_item_clock(void);

#endif
