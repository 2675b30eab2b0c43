/* What vectors are of. Vectors of different models are never compared: that is an error which names
 * both, not a wrong answer. */
#ifndef IMG_SIM_FACTS_H
#define IMG_SIM_FACTS_H

#include <stddef.h>

#include "base/err.h"
#include "json/scan.h"

enum { IMG_MODEL_NAME_ROOM = 256 };

struct img_vector_facts {
    size_t dimension;                     /* 0: not known yet */
    char model_name[IMG_MODEL_NAME_ROOM]; /* "": not known; so are the others */
    char fingerprint[24];
    char precision[24];
    char preprocessing[24]; /* of the first picture; others' may differ */
};

/* Cuts what is too long; NULL is not known, and neither is preprocessing. */
void img_vector_facts_set(struct img_vector_facts *facts, size_t dimension, const char *model_name,
                          const char *fingerprint, const char *precision);

/* What a record says of its own vector. Fails with OUT_OF_MEMORY; fields that are no strings are
 * not known. */
IMG_CHECKED bool img_vector_facts_read(struct img_vector_facts *facts,
                                       const struct img_json_object *record, size_t dimension,
                                       struct img_arena *arena, struct img_err *err);

/* Takes over into facts, which are of what `of` names, what they do not know yet. Fails with CONFIG
 * when fingerprints or dimensions differ: the text names both. */
IMG_CHECKED bool img_vector_facts_meet(struct img_vector_facts *facts, const char *of,
                                       const struct img_vector_facts *others, const char *others_of,
                                       struct img_err *err);

#endif
