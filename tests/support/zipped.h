/* Test support: zip containers with stored members, as PyTorch writes them, and false ones. */
#ifndef IMG_TESTS_ZIPPED_H
#define IMG_TESTS_ZIPPED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct zipped {
    struct img_buf bytes;     /* the container so far */
    struct img_buf directory; /* its central directory so far */
    unsigned count;
    bool zip64;      /* sizes and offsets go to zip64 fields */
    uint16_t method; /* of the members to come; 0 is stored */
    uint16_t flags;  /* bit 0 encrypted, bit 3 data descriptor */
};

void zipped_add(struct zipped *zip, const char *name, const void *data, size_t len);

/* Appends directory and end record: bytes is then the container. */
void zipped_end(struct zipped *zip);

void zipped_clear(struct zipped *zip);

#endif
