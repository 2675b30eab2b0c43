/* Checking a model from its files up to its first tokens. */
#include "hub/check.h"

#include <string.h>

#include "base/place.h"
#include "hub/verify.h"
#include "text/tokenizer.h"

static bool check_files(const struct img_model *model, struct img_hub_checked *checked,
                        struct img_err *err)
{
    for (size_t i = 0; i < model->file_count; i++) {
        bool known;
        if (!img_hub_verify(model->files[i].path, &known, err))
            return false;
        checked->files++;
        checked->verified += known;
    }
    return true;
}

/* A sentence must come out as start, some words, end. */
static bool check_encoding(const struct img_model *model, const struct img_buf *table,
                           struct img_err *err)
{
    static const char sentence[] = "a photo of a cat";
    int32_t ids[16];
    size_t count, most = model->arch.context < 16 ? model->arch.context : 16;
    struct img_tokenizer tokenizer;
    if (!img_tokenizer_attach(&tokenizer, table->data, table->len, err) ||
        !img_tokenizer_encode(&tokenizer, sentence, strlen(sentence), ids, most, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (ids[i] < 0 || (uint32_t)ids[i] >= model->arch.vocab_size)
            return img_err_set(err, IMG_ERR_MODEL_INVALID, "gives id %ld of a vocabulary of %lu",
                               (long)ids[i], (unsigned long)model->arch.vocab_size);
    return true;
}

static bool check_tokenizer(const struct img_model *model, struct img_err *err)
{
    char merges[PATH_MAX];
    struct img_err absent;
    struct img_buf table = {0};
    struct img_tokenizer_source source = {
        .family = model->tokenizer_family,
        .folder = model->folder,
        .merges = img_place_data("clip/merges.txt", merges, &absent) ? merges : NULL,
        .vocab_size = model->arch.vocab_size,
    };
    if (model->arch.text.layers == 0)
        return true;
    bool ok = img_tokenizer_build(&source, &table, err) &&
              (check_encoding(model, &table, err) || img_err_in(err, "tokenizer"));
    img_buf_clear(&table);
    return ok;
}

bool img_hub_check(const char *folder, struct img_hub_checked *checked, struct img_err *err)
{
    struct img_model model = {0};
    *checked = (struct img_hub_checked){0};
    bool ok = img_model_open(&model, folder, err) && check_files(&model, checked, err) &&
              img_model_load(&model, err) && check_tokenizer(&model, err) &&
              img_model_fingerprint(&model, checked->fingerprint, err);
    if (ok)
        checked->tensors = img_weights_count(model.weights);
    img_model_close(&model);
    return ok;
}
