/* What a picture is, before and after preprocessing. These structs cross the border between a
 * program and its decoder workers as bytes, so they are flat and hold no pointers. */
#ifndef IMG_IMAGE_PICTURE_H
#define IMG_IMAGE_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "image/perceptual.h"

/* Formats, named as Pillow names them (an MPO is a JPEG), which knows no SVG, PDF and
 * RAW (a camera's raw file, seen through its preview). Judged by content, never by name. */
#define IMG_FORMATS(X)                                                                             \
    X(IMG_FORMAT_JPEG, "JPEG")                                                                     \
    X(IMG_FORMAT_PNG, "PNG")                                                                       \
    X(IMG_FORMAT_BMP, "BMP")                                                                       \
    X(IMG_FORMAT_TIFF, "TIFF")                                                                     \
    X(IMG_FORMAT_GIF, "GIF")                                                                       \
    X(IMG_FORMAT_WEBP, "WEBP")                                                                     \
    X(IMG_FORMAT_HEIF, "HEIF")                                                                     \
    X(IMG_FORMAT_AVIF, "AVIF")                                                                     \
    X(IMG_FORMAT_JXL, "JXL")                                                                       \
    X(IMG_FORMAT_JPEG2000, "JPEG2000")                                                             \
    X(IMG_FORMAT_PPM, "PPM")                                                                       \
    X(IMG_FORMAT_SVG, "SVG")                                                                       \
    X(IMG_FORMAT_PDF, "PDF")                                                                       \
    X(IMG_FORMAT_RAW, "RAW")

enum img_format {
    IMG_FORMAT_UNKNOWN = 0,
#define IMG_FORMAT_ENUM(format, name) format,
    IMG_FORMATS(IMG_FORMAT_ENUM)
#undef IMG_FORMAT_ENUM
        IMG_FORMAT_COUNT
};

/* Static name, or NULL for IMG_FORMAT_UNKNOWN. */
const char *img_format_name(enum img_format format);

/* From a name or a usual extension, any case, with or without a leading dot (".jpg", "jpeg", "TIF").
 * IMG_FORMAT_UNKNOWN when it is none. */
enum img_format img_format_from_name(const char *name);

/* The formats that are wanted, as bits (1 << enum img_format): those of supported (names between
 * commas or blanks; none named: all but those that are drawings and not pictures, SVG and PDF), and
 * those of allow. Fails with CONFIG, naming the key and what is no format. */
IMG_CHECKED bool img_formats_wanted(const char *supported, const char *allow, uint32_t *formats,
                                    struct img_err *err);

/* The format the first bytes of a file announce. 64 bytes suffice for all but SVG (1024). */
enum img_format img_format_sniff(const unsigned char *bytes, uint64_t len);

/* How the reference implementations round the centre crop's offset. */
enum img_crop {
    IMG_CROP_DOWN,      /* Hugging Face */
    IMG_CROP_HALF_EVEN, /* torchvision: open_clip, OpenAI, timm */
    IMG_CROP_NONE,      /* no model: the whole picture, made smaller until it fits the square */
};

/* The most dots an inch that a file is believed: 2^32 - 1 a centimetre, EXIF's largest. */
#define IMG_DPI_MAX 1.1e10f

enum { IMG_SIZE_MAX = 4096 }; /* largest side of the square a model may ask for */

/* What is to become of a picture. Everything that can change a pixel is in here, so the
 * `preprocessing` digits of a record are a hash of this struct's meaning. Zeroed is not valid:
 * start from IMG_PREP_DEFAULTS. */
struct img_prep {
    uint32_t size;        /* side of the square centre crop, pixels */
    uint32_t resize;      /* shortest edge is resized to this before the crop; >= size */
    uint32_t crop;        /* enum img_crop */
    uint32_t page;        /* page or frame, from 0 */
    uint32_t max_side;    /* max_image_size: a JPEG may be decoded at 1/2, 1/4, 1/8 while its longer
                             side stays at or above this; 0: in full */
    uint32_t background;  /* 0xRRGGBB under transparency */
    uint8_t has_background; /* else transparency is dropped, as the reference does */
    uint8_t auto_orient;  /* apply EXIF orientation */
    uint8_t scale_16bit;  /* 16-bit grey is scaled to 8; else clipped, as Pillow does */
    uint8_t srgb;         /* color_profile=srgb: convert through the embedded profile */
    uint8_t any_mode;     /* convert_to_rgb: else a picture not RGB is UNSUPPORTED_FORMAT */
    uint8_t fail_on_truncated; /* else what could be decoded is used, with a warning */
    uint64_t max_pixels;  /* of the picture as stored; above: TOO_MANY_PIXELS */
    uint32_t formats;     /* bit (1 << enum img_format) for each format that is wanted */
    uint32_t unused;
};

/* Formats that are taken when nobody says which. */
#define IMG_FORMATS_USUAL (0xffffffffu & ~(1u << IMG_FORMAT_SVG) & ~(1u << IMG_FORMAT_PDF))

#define IMG_PREP_DEFAULTS                                                                          \
    {.size = 224, .resize = 224, .crop = IMG_CROP_DOWN, .auto_orient = 1, .scale_16bit = 1,        \
     .any_mode = 1, .fail_on_truncated = 1, .max_pixels = 512000000,                               \
     .formats = IMG_FORMATS_USUAL}

/* A picture's sides in pixels. */
struct img_extent {
    uint32_t columns, rows;
};

enum { IMG_THUMBNAIL_MAX = 512 }; /* largest side of a thumbnail */

/* A picture for people: whole, upright, on white, as sRGB, whatever is left of a damaged one. */
#define IMG_PREP_THUMBNAIL(side)                                                                   \
    {.size = (side), .resize = (side), .crop = IMG_CROP_NONE, .max_side = 2 * (side),              \
     .background = 0xffffff, .has_background = 1, .auto_orient = 1, .scale_16bit = 1, .srgb = 1,   \
     .any_mode = 1, .max_pixels = 512000000,                                                       \
     .formats = 0xffffffffu & ~(1u << IMG_FORMAT_SVG) & ~(1u << IMG_FORMAT_PDF)}

/* What was learnt of a picture on the way. Texts are NUL-terminated UTF-8, "" for unknown. */
struct img_info {
    uint32_t format;        /* enum img_format */
    uint32_t width, height; /* as stored, before orientation */
    uint32_t orientation;   /* EXIF 1..8, or 0 when the file does not say */
    uint32_t pages;         /* at least 1 */
    uint32_t decoder_warnings;
    char mode[8];               /* Pillow's: RGB RGBA L LA P 1 CMYK I;16 I F LAB YCbCr … */
    char creation_date[40];     /* YYYY-MM-DDTHH:MM:SS[.fff][±hh:mm] */
    char modification_date[40]; /* the same; from the picture, not from the file system */
    uint8_t has_alpha;
    uint8_t has_icc_profile;
    uint8_t has_hashes; /* pixels_id, perceptual and shrink are there */
    uint8_t unused;
    uint32_t shrink;    /* decoded at 1/shrink: 1, 2, 4, 8 */
    float sharpness;    /* standard deviation of the crop's Laplacian, … */
    float gradient;     /* … root mean square of its gradient, … */
    float contrast;     /* … and its standard deviation, over the three channels */
    float clipping;     /* share of the crop that is black or white, 0..1 */
    float dpi_x, dpi_y; /* 0 when the file does not say */
    struct img_id pixels_id; /* of the decoded pixels, image/pixels.h */
    struct img_perceptual perceptual; /* of the crop */
};

/* How far the picture's own quality lets its embedding be trusted, in [0, 1]; size is the model's
 * input side. The formula is documented in img-embed(1). */
float img_confidence(const struct img_info *info, uint32_t size);

#endif
