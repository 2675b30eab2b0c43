/* ISO 8601 dates and their prefixes as spans of time: "2021" is a year long, "2021-05-03T10:00" a
 * minute. */
#ifndef IMG_QUERY_DATE_H
#define IMG_QUERY_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Microseconds since 1970, of the clock where the picture was taken. */
struct img_date {
    int64_t begin, end; /* the span [begin, end) */
    bool has_offset;
    int64_t offset; /* to be taken off for UTC */
    unsigned parts; /* year, month, day, hour, minute, second: how many there are */
};

/* YYYY[-MM[-DD[(T| )HH[:MM[:SS[.fraction]]][Z|±HH[:]MM]]]], a date that exists. */
bool img_date_read(const char *text, size_t len, struct img_date *date);

/* Where the moment at which a begins lies against b's span: -1 before, 0 within, 1 behind. In
 * UTC when both say how far they are from it. */
int img_date_place(const struct img_date *a, const struct img_date *b);

#endif
