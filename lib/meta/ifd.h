/* Reading a TIFF file's directories, which EXIF shares: classic TIFF and BigTIFF, either byte order.
 * Nothing is believed: every offset and count is held against the bytes there are. */
#ifndef IMG_META_IFD_H
#define IMG_META_IFD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct img_ifd_file {
    const uint8_t *bytes;
    size_t len;
    bool big_endian;
    bool big; /* BigTIFF */
    uint64_t first; /* offset of the first directory */
};

struct img_ifd_entry {
    uint16_t tag;
    uint16_t type; /* 1 BYTE, 2 ASCII, 3 SHORT, 4 LONG, 5 RATIONAL … as TIFF 6.0 numbers them */
    uint64_t count;
    const uint8_t *value; /* count values of that type, in the file */
    size_t size;          /* of one value, bytes */
};

/* False when bytes do not begin like a TIFF file, or like a raw file of Panasonic's or Olympus's,
 * which is one under another version number. */
bool img_ifd_open(struct img_ifd_file *file, const uint8_t *bytes, size_t len);

/* The entry with that tag in the directory at offset; false when there is none that is whole. The
 * last of several counts, as for Pillow. */
bool img_ifd_find(const struct img_ifd_file *file, uint64_t directory, uint16_t tag,
                  struct img_ifd_entry *entry);

/* Offset of the directory after that one, 0 when it is the last. */
uint64_t img_ifd_next(const struct img_ifd_file *file, uint64_t directory);

/* Value index of an entry of an integer type; false for other types and beyond count. */
bool img_ifd_integer(const struct img_ifd_file *file, const struct img_ifd_entry *entry,
                     uint64_t index, int64_t *value);

/* The single integer under tag, or fallback. */
int64_t img_ifd_integer_or(const struct img_ifd_file *file, uint64_t directory, uint16_t tag,
                           int64_t fallback);

/* The first value of a RATIONAL, or 0 (also for n/0). */
double img_ifd_rational(const struct img_ifd_file *file, uint64_t directory, uint16_t tag);

/* Value index as a number, of any numeric type; false beyond count, for texts, n/0 and what is not
 * finite. */
bool img_ifd_number(const struct img_ifd_file *file, const struct img_ifd_entry *entry,
                    uint64_t index, double *value);

/* The text under tag up to its NUL, cut at size - 1 bytes; "" when there is none. */
void img_ifd_text(const struct img_ifd_file *file, uint64_t directory, uint16_t tag, char *out,
                  size_t size);

/* Entry number index of the directory, from 0. False behind the last; *whole is false when the entry
 * points outside the file or is of no known type. */
bool img_ifd_at(const struct img_ifd_file *file, uint64_t directory, uint64_t index,
                struct img_ifd_entry *entry, bool *whole);

/* Directories in the chain, each once should it run into itself; at most limit. */
uint32_t img_ifd_pages(const struct img_ifd_file *file, uint32_t limit);

#endif
