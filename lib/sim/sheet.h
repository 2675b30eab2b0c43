/* A contact sheet: one HTML file of thumbnails from records on a descriptor, that needs nothing
 * else. */
#ifndef IMG_SIM_SHEET_H
#define IMG_SIM_SHEET_H

#include "cli/exit.h"
#include "cli/output.h"
#include "config/config.h"

enum { IMG_SHEET_SIDE = 256 }; /* pixels that a thumbnail fits, when nothing else is wanted */

struct img_sheet_options {
    int fd;             /* records, read to their end */
    const char *output; /* the file, replaced once it is whole; NULL: to out */
    struct img_output *out;
    const char *title; /* NULL: the query, where there is one only */
    uint32_t side;
    unsigned jobs; /* 0: as many as there are processors */
    const struct img_config *config;
    const struct img_report *report;
};

/* Reads the records and writes the page. A line that is no record is reported and counts as
 * failed; a picture that cannot be shown too, and the page says why. A signal that came leaves
 * the file as it was. Fails with OUTPUT, SYSTEM, TOO_LARGE, OUT_OF_MEMORY, and as reading does. */
IMG_CHECKED bool img_sheet_make(const struct img_sheet_options *options, struct img_tally *tally,
                                struct img_err *err);

#endif
