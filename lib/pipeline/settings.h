/* From configuration and model to what the pipeline does: what happens to a picture, and the digits
 * that name it in records. */
#ifndef IMG_PIPELINE_SETTINGS_H
#define IMG_PIPELINE_SETTINGS_H

#include "cli/options.h"
#include "config/config.h"
#include "engine/engine.h"
#include "image/picture.h"
#include "model/model.h"

enum { IMG_PREPROCESSING_HEX = 9 };

struct img_settings {
    struct img_prep prep;
    char preprocessing[IMG_PREPROCESSING_HEX]; /* of everything that can change a pixel */
    bool plain_samples; /* normalize=false: u8 / 255, no mean and standard deviation */
    bool augment;       /* apply_augmentation: averaged with the mirror image */
    bool normalize;     /* embeddings to length 1 */
    bool metadata, debug;
    bool base64;
    uint64_t max_file_size;
    double quality_threshold;
    uint32_t min_image_size; /* pixels; below: low_quality */
    unsigned threads;        /* of the engine */
    unsigned decoders;
    unsigned timeout_ms;     /* of a picture's decoding; 0: none */
    size_t batch;            /* inputs worked on together */
    bool retry_failed;       /* remembered failures are tried again */
    bool want_pixels;        /* pictures are decoded also when their embedding is known */
    bool remote;             /* pictures are preprocessed by a server, in its way */
    const char *fingerprint; /* that the model must have; NULL or "": any */
};

/* Fails with CONFIG or USAGE, naming what contradicts what; with SYSTEM when an engine or precision
 * is asked for by name that is not there. */
IMG_CHECKED bool img_settings_make(struct img_settings *settings, const struct img_config *config,
                                   const struct img_common *common, const struct img_model *model,
                                   struct img_err *err);

struct img_item;

/* What this item is to be given: its own wishes, or else what the settings say. */
struct img_wishes img_settings_wishes(const struct img_settings *settings,
                                      const struct img_item *item);

/* The same of a page that its name asks for: what becomes of it, and the digits that say so. */
struct img_prep img_settings_prep(const struct img_settings *settings,
                                  const struct img_item *item);
void img_settings_preprocessing(const struct img_settings *settings, const struct img_item *item,
                                char digits[IMG_PREPROCESSING_HEX]);

/* What an engine is opened with. report must outlive it. */
struct img_engine_options img_settings_engine(const struct img_settings *settings,
                                              const struct img_config *config,
                                              const struct img_report *report);

#endif
