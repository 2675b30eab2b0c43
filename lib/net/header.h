/* One header line of an HTTP answer, and what may be believed of it. Values come from a server:
 * what is not of the expected form counts as not said. */
#ifndef IMG_NET_HEADER_H
#define IMG_NET_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Points into the line as it came, without the blanks around the value. Not NUL-terminated. */
struct img_header {
    const char *name, *value;
    size_t name_len, len;
};

/* Takes "Name: value\r\n" apart; false when there is no colon. */
bool img_header_split(const char *line, size_t len, struct img_header *header);

/* Names are compared without regard to case. */
bool img_header_is(const struct img_header *header, const char *name);

/* The whole value, or "" when it is longer than size - 1 or not printable ASCII. */
void img_header_text(const struct img_header *header, char *to, size_t size);

/* The value without quotes and W/; "" when it is longer than size - 1 or not plain. */
void img_header_etag(const struct img_header *header, char *to, size_t size);

/* A value that is one decimal number of at most 18 digits. */
bool img_header_number(const struct img_header *header, uint64_t *number);

/* Digits at the front of *text, which moves behind them; false when there are none or more than
 * 18. */
bool img_header_digits(const char **text, size_t *len, uint64_t *number);

/* "bytes 100-199/200": first byte and total. False when it is anything else. */
bool img_header_range(const struct img_header *header, uint64_t *first, uint64_t *total);

#endif
