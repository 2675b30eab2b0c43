/* What is read of a file before libvips sees it: the mode and the metadata as Pillow names them. */
#ifndef IMG_DECODE_HEAD_H
#define IMG_DECODE_HEAD_H

#include "decode/decoders.h"

/* What a format's own head says beyond info. */
struct img_head {
    bool damaged;    /* the reference refuses such a file, whatever libvips makes of it */
    bool ends_early;
    uint32_t bits;   /* a sample, 0 when not known */
    int photometric; /* TIFF, -1 elsewhere */
    struct img_key key;
    size_t whole; /* PNG: bytes up to the first chunk that is not whole */
};

/* Fill info (mode, orientation, dates, dpi, pages, profile; sizes where the head has them). */
void img_head_jpeg(const struct img_job *job, struct img_head *head);
void img_head_png(const struct img_job *job, struct img_head *head);
void img_head_webp(const struct img_job *job, struct img_head *head);
void img_head_tiff(const struct img_job *job, struct img_head *head);

#endif
