/* What holds for an architecture whatever configuration it came from. */
#include <string.h>

#include "model/inside.h"

bool img_activation_parse(const char *name, uint32_t *activation, struct img_err *err)
{
    if (strcmp(name, "quick_gelu") == 0)
        *activation = IMG_QUICK_GELU;
    else if (strcmp(name, "gelu") == 0)
        *activation = IMG_GELU;
    else
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                           "activation '%.60s' is not supported: wanted quick_gelu or gelu", name);
    return true;
}

void img_prep_clip(struct img_model_prep *prep, uint32_t size, enum img_crop crop)
{
    *prep = (struct img_model_prep){
        .size = size,
        .resize = size,
        .crop = crop,
        .mean = {0.48145466f, 0.4578275f, 0.40821073f},
        .std = {0.26862954f, 0.26130258f, 0.27577711f},
    };
}

static bool check_tower(const struct img_tower *tower, const char *name, struct img_err *err)
{
    if (tower->layers > 0 && (tower->heads == 0 || tower->width % tower->heads != 0))
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "%s tower of width %u cannot be split into %u heads", name,
                           tower->width, tower->heads);
    return true;
}

bool img_arch_check(const struct img_arch *arch, struct img_err *err)
{
    if (!check_tower(&arch->image, "image", err) || !check_tower(&arch->text, "text", err))
        return false;
    if (arch->image.layers > 0 && arch->image_size % arch->patch != 0)
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                           "image size %u is no multiple of patch size %u: not supported",
                           arch->image_size, arch->patch);
    if (arch->text.layers > 0 && arch->context < 2)
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "a text context of %u has no room for start and end", arch->context);
    if (arch->text.layers > 0 && !arch->pool_highest && arch->eos_id >= arch->vocab_size)
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "eos_token_id %u is outside the vocabulary of %u", arch->eos_id,
                           arch->vocab_size);
    return true;
}
