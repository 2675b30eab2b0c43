/* A model folder: what its configuration says, and its tensors under canonical names.
 *
 * Read without conversion: Hugging Face CLIP, open_clip CLIP, timm's plain ViTs. Opening reads the
 * configuration and stamps the files; the weights are mapped only by img_model_load(). */
#ifndef IMG_MODEL_MODEL_H
#define IMG_MODEL_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "image/picture.h"
#include "text/tokenizer.h"
#include "weights/weights.h"

enum img_layout { IMG_LAYOUT_HF, IMG_LAYOUT_OPEN_CLIP, IMG_LAYOUT_TIMM };
enum img_activation { IMG_QUICK_GELU, IMG_GELU };

/* One transformer. A tower that the model lacks has layers == 0. */
struct img_tower {
    uint32_t width;  /* residual stream */
    uint32_t layers;
    uint32_t heads;  /* width / heads is the head size */
    uint32_t hidden; /* MLP */
    uint32_t activation; /* enum img_activation */
    float epsilon;       /* of every layer norm */
};

struct img_arch {
    uint32_t layout; /* enum img_layout */
    uint32_t dimension; /* of the embedding */
    struct img_tower image, text;
    uint32_t image_size, patch; /* pixels */
    uint32_t has_pre_norm;      /* CLIP: layer norm before the first block */
    uint32_t has_patch_bias;    /* timm */
    uint32_t has_projection;    /* CLIP: final linear map without bias */
    uint32_t classes;           /* timm's head, for logits; else 0 */
    uint32_t context;           /* text positions */
    uint32_t vocab_size;
    uint32_t pool_highest; /* text is pooled at the highest id (first occurrence) … */
    uint32_t eos_id;       /* … else at the first of this id */
    float logit_scale_default;
};

/* The model's own preprocessing. */
struct img_model_prep {
    uint32_t size, resize; /* crop side; shortest edge before it */
    uint32_t crop;         /* enum img_crop */
    float mean[3], std[3];
};

/* Tensors by role. Matrices are [out, in] row-major as torch.nn.Linear keeps them, whatever the
 * checkpoint's layout (in_proj is split, open_clip's x @ proj transposed). */
enum img_role {
    IMG_PATCH,             /* [width, 3 * patch * patch] */
    IMG_PATCH_BIAS,        /* [width] */
    IMG_CLASS,             /* [width] */
    IMG_TOKENS,            /* [vocab, width] */
    IMG_POSITIONS,         /* [1 + grid * grid, width] or [context, width] */
    IMG_PRE_NORM_W, IMG_PRE_NORM_B,     /* [width] */
    IMG_NORM1_W, IMG_NORM1_B,           /* [width], a layer each from here … */
    IMG_Q_W, IMG_Q_B, IMG_K_W, IMG_K_B, IMG_V_W, IMG_V_B, /* [width, width], [width] */
    IMG_OUT_W, IMG_OUT_B,
    IMG_NORM2_W, IMG_NORM2_B,
    IMG_FC1_W, IMG_FC1_B,  /* [hidden, width], [hidden] */
    IMG_FC2_W, IMG_FC2_B,  /* … to here: [width, hidden], [width] */
    IMG_POST_NORM_W, IMG_POST_NORM_B,   /* [width] */
    IMG_PROJECTION,        /* [dimension, width] */
    IMG_HEAD_W, IMG_HEAD_B,             /* [classes, width], [classes] */
    IMG_LOGIT_SCALE,       /* [1], the logarithm as the checkpoint has it */
    IMG_ROLE_COUNT
};

enum img_side { IMG_IMAGE_TOWER, IMG_TEXT_TOWER };

struct img_model_file {
    const char *path;
    struct img_stamp stamp;
};

struct img_model {
    struct img_arena arena; /* holds what the pointers below point to */
    const char *folder;     /* real path */
    const char *name;       /* base name of the folder, or the name asked for */
    struct img_arch arch;
    struct img_model_prep prep;
    enum img_tokenizer_family tokenizer_family;
    const struct img_model_file *files; /* all that decides the model: configuration, tokenizer,
                                           weights; sorted by path */
    size_t file_count;
    const char *const *weight_paths;
    size_t weight_count;
    struct img_weights *weights; /* NULL until img_model_load() */
};

/* Reads the configuration of the folder at path. Fails with MODEL_MISSING, MODEL_INVALID or
 * MODEL_UNSUPPORTED (another architecture: named, with what is supported). */
IMG_CHECKED bool img_model_open(struct img_model *model, const char *path, struct img_err *err);

/* Maps the weights and checks that every tensor the architecture needs is there, has its shape and
 * holds only finite values. */
IMG_CHECKED bool img_model_load(struct img_model *model, struct img_err *err);

/* True when the architecture has this tensor; its shape then is [*rows, *cols] (vectors: rows 1). */
bool img_model_shape(const struct img_arch *arch, enum img_side side, enum img_role role,
                     size_t *rows, size_t *cols);

/* Writes a loaded model's tensor, canonical orientation, to out [rows * cols]. layer is ignored for
 * roles that are not a layer's. The tensor must exist by img_model_shape(). */
IMG_CHECKED bool img_model_read(const struct img_model *model, enum img_side side, uint32_t layer,
                                enum img_role role, float *out, struct img_err *err);

/* 16 hex digits over architecture, tensor values as float32 in canonical order, tokenizer family and
 * the model's own preprocessing. The model must be loaded. */
enum { IMG_FINGERPRINT_HEX = 17 };
IMG_CHECKED bool img_model_fingerprint(const struct img_model *model, char hex[IMG_FINGERPRINT_HEX],
                                       struct img_err *err);

void img_model_close(struct img_model *model);

#endif
