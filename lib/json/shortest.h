/* The shortest decimal that reads back as the same float32: a million embeddings of 512 numbers are
 * written through this. */
#ifndef IMG_JSON_SHORTEST_H
#define IMG_JSON_SHORTEST_H

#include <stdint.h>

struct img_decimal {
    uint32_t digits; /* no trailing zero unless it is 0; at most 9 digits */
    int exponent;    /* the value is digits * 10^exponent */
};

/* Of the decimals that round to the finite value |value|, one with the fewest digits, and of
 * those the nearest. Follows R. Giulietti, "The Schubfach way to render doubles" (2020), at
 * float size. */
struct img_decimal img_shortest_float(float value);

#endif
