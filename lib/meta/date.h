/* Dates as files write them, to YYYY-MM-DDTHH:MM:SS[.fff][±hh:mm]. */
#ifndef IMG_META_DATE_H
#define IMG_META_DATE_H

#include <stddef.h>

/* "YYYY:MM:DD HH:MM:SS", fraction digits and "±HH:MM" (each "" when not said). out stays as it was
 * when that is no date: year 0000, 31 February, 25 o'clock. */
void img_date_exif(const char *when, const char *fraction, const char *zone, char out[40]);

/* The same from XMP's form (ISO 8601, at least to the minute). */
void img_date_iso(const char *text, size_t len, char out[40]);

#endif
