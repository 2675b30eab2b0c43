/* Tokenizing, and finding the token that a text is pooled at. */
#include "engine/cpu/prompt.h"

#include <stdlib.h>

bool img_prompt_init(struct img_prompt *prompt, const struct img_arch *arch, struct img_err *err)
{
    *prompt = (struct img_prompt){0};
    prompt->ids = calloc(arch->context ? arch->context : 1, sizeof *prompt->ids);
    return prompt->ids || img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %u tokens",
                                      arch->context);
}

/* Where the text is pooled. What comes behind cannot be seen from there, so it is not computed. */
static size_t pooled_token(const struct img_arch *arch, const int32_t *ids, size_t count)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (arch->pool_highest ? ids[i] > ids[at] : ids[i] == (int32_t)arch->eos_id) {
            at = i;
            if (!arch->pool_highest)
                break;
        }
    }
    return at;
}

bool img_prompt_encode(struct img_prompt *prompt, const struct img_store *store,
                       const struct img_text *text, struct img_err *err)
{
    const struct img_packed *packed = &store->packed;
    const struct img_arch *arch = &store->model->arch;
    size_t count;
    if (!prompt->tokenizer.table && !img_tokenizer_attach(&prompt->tokenizer, packed->tokenizer,
                                                          packed->tokenizer_size, err))
        return store->path.data ? img_err_in(err, "%s", store->path.data) : false;
    if (!img_tokenizer_encode(&prompt->tokenizer, text->bytes, text->len, prompt->ids,
                              arch->context, &count, err))
        return false;
    prompt->tokens = pooled_token(arch, prompt->ids, count) + 1;
    return true;
}

void img_prompt_clear(struct img_prompt *prompt)
{
    free(prompt->ids);
    *prompt = (struct img_prompt){0};
}
