/* What the files of lib/model share. Nobody else includes this. */
#ifndef IMG_MODEL_INSIDE_H
#define IMG_MODEL_INSIDE_H

#include "json/doc.h"
#include "model/model.h"

/* Ceilings of an architecture; with them no product of sizes overflows. */
enum {
    IMG_WIDTH_MAX = 16384,
    IMG_HIDDEN_MAX = 65536,
    IMG_LAYERS_MAX = 256,
    IMG_HEADS_MAX = 256,
    IMG_PATCH_MAX = 1024,
    IMG_CONTEXT_MAX = 4096,
    IMG_VOCAB_MAX = 1 << 20,
    IMG_CLASSES_MAX = 1 << 20,
    IMG_CONFIG_MAX = 16 << 20, /* bytes of a configuration file */
    IMG_CONFIG_VALUES_MAX = 200000
};

/* A configuration file of the folder, parsed. NULL without an error when it is not there and not
 * required; errors name the file. */
IMG_CHECKED bool img_config_read(const char *folder, const char *name, bool required,
                                 struct img_doc **doc, struct img_err *err);

/* Fill arch, prep and tokenizer_family from a configuration. prep then holds the layout's defaults;
 * img_preprocessor_read() has the last word for Hugging Face folders. Fail with MODEL_INVALID or
 * MODEL_UNSUPPORTED, the text naming the key. */
IMG_CHECKED bool img_config_hf(const struct img_doc *config, struct img_model *model,
                               struct img_err *err);
IMG_CHECKED bool img_config_open_clip(const struct img_doc *config, struct img_model *model,
                                      struct img_err *err);
IMG_CHECKED bool img_config_timm(const struct img_doc *config, struct img_model *model,
                                 struct img_err *err);
IMG_CHECKED bool img_preprocessor_parse(const struct img_doc *config, struct img_model *model,
                                        struct img_err *err);

/* The same from the folder's files; without them the defaults stand. */
IMG_CHECKED bool img_preprocessor_read(const char *folder, struct img_model *model,
                                       struct img_err *err);

/* What holds for every layout: heads divide the width, patches the picture, ids the vocabulary. */
IMG_CHECKED bool img_arch_check(const struct img_arch *arch, struct img_err *err);

/* "quick_gelu" or "gelu" (exact); others are MODEL_UNSUPPORTED. */
IMG_CHECKED bool img_activation_parse(const char *name, uint32_t *activation, struct img_err *err);

/* CLIP's own mean and standard deviation. */
void img_prep_clip(struct img_model_prep *prep, uint32_t size, enum img_crop crop);

/* The configuration alone: no weights are looked for and no files are listed. folder is kept as it
 * is given and must outlive the model. *layout_file is the configuration's name. */
IMG_CHECKED bool img_model_configure(struct img_model *model, const char *folder,
                                     const char **layout_file, struct img_err *err);

#endif
