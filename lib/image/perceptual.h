/* A hash of what a picture looks like: near for re-encodings, other sizes and light crops of it,
 * far for other pictures, and the hash of the picture turned or mirrored follows from it.
 *
 * The model's square is averaged to 32 by 32 grey cells; of their cosine transform (DCT-II) the 119
 * coefficients of horizontal frequency u and vertical frequency v with 1 <= u + v <= 14 count. Each
 * is positive, negative, or next to nothing: below 0.43 of the root mean square of those of the
 * same u + v (a third of a Gaussian's) or below half a grey level. So noise around zero, which flat
 * graphics are full of, costs half of what a change of sign does. Mirroring changes the signs of
 * odd frequencies, a turn by 90 degrees swaps u and v besides.
 *
 * Compare: Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions (2010),
 * which takes one bit a coefficient. */
#ifndef IMG_IMAGE_PERCEPTUAL_H
#define IMG_IMAGE_PERCEPTUAL_H

#include <stdbool.h>
#include <stdint.h>

enum {
    IMG_PERCEPTUAL_BYTES = 32,
    IMG_PERCEPTUAL_COEFFICIENTS = 119,
    IMG_PERCEPTUAL_BITS = 2 * IMG_PERCEPTUAL_COEFFICIENTS, /* the largest distance */
    IMG_PERCEPTUAL_PLANE = 15, /* bytes: one bit a coefficient */
};

/* As records hold it: bits of the positive ones, bits of those not negative (coefficients by rising
 * u + v, then u; lowest bit first), then the mean colour, 5 + 6 + 5 bits, little-endian. */
struct img_perceptual {
    uint8_t bytes[IMG_PERCEPTUAL_BYTES];
};

/* The same for comparing. */
struct img_look {
    uint64_t words[4]; /* positive, 2 words; not negative, 2 words */
    uint8_t red, green, blue; /* 0..31 each */
    uint8_t details; /* coefficients that are not next to nothing */
};

/* Of pixels [size, size, 3]. */
void img_perceptual_hash(const uint8_t *pixels, uint32_t size, struct img_perceptual *hash);

/* False when no picture can have this hash. */
bool img_perceptual_look(const struct img_perceptual *hash, struct img_look *look);

/* The look of the picture after EXIF orientation 1..8 was applied to it. */
void img_look_turn(const struct img_look *look, unsigned orientation, struct img_look *turned);

/* The orientation that undoes one. */
unsigned img_orientation_inverse(unsigned orientation);

/* Bits that differ, 0..IMG_PERCEPTUAL_BITS. */
static inline unsigned img_look_distance(const struct img_look *a, const struct img_look *b)
{
    unsigned bits = 0;
    for (int i = 0; i < 4; i++)
        bits += (unsigned)__builtin_popcountll(a->words[i] ^ b->words[i]);
    return bits;
}

#endif
