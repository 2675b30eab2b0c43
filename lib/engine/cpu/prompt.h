/* A text as the tokens that the text tower has to see. */
#ifndef IMG_ENGINE_CPU_PROMPT_H
#define IMG_ENGINE_CPU_PROMPT_H

#include "engine/cpu/store.h"
#include "text/tokenizer.h"

struct img_prompt {
    struct img_tokenizer tokenizer; /* of the store, attached with the first text */
    int32_t *ids;                   /* [context] */
    size_t tokens;                  /* of the text encoded last, up to where it is pooled */
};

IMG_CHECKED bool img_prompt_init(struct img_prompt *prompt, const struct img_arch *arch,
                                 struct img_err *err);

/* Fails with BAD_TEXT, or MODEL_INVALID where the packed tokenizer is none. */
IMG_CHECKED bool img_prompt_encode(struct img_prompt *prompt, const struct img_store *store,
                                   const struct img_text *text, struct img_err *err);

void img_prompt_clear(struct img_prompt *prompt);

#endif
