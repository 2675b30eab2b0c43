/* A model in figures, for people and for programs. */
#ifndef IMG_MODEL_DESCRIBE_H
#define IMG_MODEL_DESCRIBE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/model.h"

struct img_model_facts {
    uint64_t image_parameters, text_parameters;
    uint64_t parameters; /* both, the head's and the logit scale */
    uint64_t bytes;      /* of all its files */
    const char *stored;  /* "F32", "F16", "BF16", "F64", or "mixed" */
    float logit_scale;   /* its exponential; 0 for a model without text */
    char fingerprint[IMG_FINGERPRINT_HEX];
};

/* The model must be loaded; reads every weight once, for the fingerprint. */
IMG_CHECKED bool img_model_facts(const struct img_model *model, struct img_model_facts *facts,
                                 struct img_err *err);

/* Lines of "what:  value" under the name given. */
void img_model_put_text(const struct img_model *model, const char *name,
                        const struct img_model_facts *facts, struct img_buf *out);

/* The same as one JSON object and a newline; img-model(1) lists its members. */
void img_model_put_json(const struct img_model *model, const char *name,
                        const struct img_model_facts *facts, struct img_buf *out);

#endif
