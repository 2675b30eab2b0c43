/* What JPEG, PNG, WebP and JPEG XL files say around their pixels. Pointers are into the caller's bytes. */
#ifndef IMG_META_CONTAINER_H
#define IMG_META_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct img_block {
    const uint8_t *bytes;
    size_t len;
};

struct img_container {
    struct img_block exif, xmp;
    bool has_icc;
    bool damaged;        /* a part the decoder needs contradicts its checksum or its place */
    bool ends_early;     /* the file ends inside a part */
    size_t whole;        /* PNG: bytes up to the first chunk that is not whole */
    float dpi_x, dpi_y;  /* 0: not said */
    uint32_t width, height;
    uint8_t bits;        /* a sample */
    uint8_t channels;    /* JPEG: components of the frame */
    uint8_t process;     /* JPEG: the frame's marker: 0xc0 baseline, 0xc2 progressive, 0xc3 lossless … */
    uint8_t colour_type; /* PNG: as its header numbers them */
    bool transparent;    /* WebP: alpha */
    struct img_block transparency; /* PNG: the tRNS chunk */
    bool adobe;          /* JPEG: Adobe's marker is there */
    uint32_t frames;     /* of an animation, of an MPO; at least 1 */
    struct img_block palette; /* PNG: [entries, 3] */
    struct img_block time;    /* PNG: the tIME chunk */
    struct img_block iptc;    /* JPEG: records of IPTC's IIM */
};

/* The checksum of a PNG chunk, over its name and its body. */
uint32_t img_png_crc(const uint8_t *bytes, size_t len);

/* Each fills what it finds; a file that is cut short or damaged gives what came before. */
void img_jpeg_scan(const uint8_t *bytes, size_t len, struct img_container *container);
void img_png_scan(const uint8_t *bytes, size_t len, struct img_container *container);
void img_webp_scan(const uint8_t *bytes, size_t len, struct img_container *container);
void img_jxl_scan(const uint8_t *bytes, size_t len, struct img_container *container); /* blocks only */

#endif
