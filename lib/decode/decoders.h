/* The decoders, one a family of formats. Each fills job->info, then pushes the picture's rows into
 * sink; fails as img_decode() does. */
#ifndef IMG_DECODE_DECODERS_H
#define IMG_DECODE_DECODERS_H

#include "decode/sink.h"

/* The format, by the file's first bytes, into info; fails when it is none, or none that is wanted. */
IMG_CHECKED bool img_job_sniff(const struct img_job *job, struct img_err *err);

/* The same, and then all rows by the decoder of that format. */
IMG_CHECKED bool img_job_decode(const struct img_job *job, struct img_sink *sink,
                                struct img_err *err);

IMG_CHECKED bool img_bmp_decode(const struct img_job *job, struct img_sink *sink,
                                struct img_err *err);
IMG_CHECKED bool img_gif_decode(const struct img_job *job, struct img_sink *sink,
                                struct img_err *err);
IMG_CHECKED bool img_pnm_decode(const struct img_job *job, struct img_sink *sink,
                                struct img_err *err);

IMG_CHECKED bool img_tiff_decode(const struct img_job *job, struct img_sink *sink,
                                 struct img_err *err);

/* JPEG, PNG, WebP, HEIF, AVIF, JPEG 2000, JPEG XL, SVG and PDF through libvips; TIFF where its
 * colour profile counts. */
IMG_CHECKED bool img_vips_decode(const struct img_job *job, struct img_sink *sink,
                                 struct img_err *err);

/* A camera's raw file: preview becomes the job for the JPEG in it, and info has what the raw file's
 * own directory says. Fails with UNSUPPORTED_FORMAT. */
IMG_CHECKED bool img_raw_find(const struct img_job *job, struct img_job *preview,
                              struct img_err *err);
IMG_CHECKED bool img_raw_decode(const struct img_job *job, struct img_sink *sink,
                                struct img_err *err);

#endif
