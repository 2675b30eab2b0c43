/* Typed members of a configuration, with defaults, ranges, and errors that name the key. */
#ifndef IMG_MODEL_FIELDS_H
#define IMG_MODEL_FIELDS_H

#include <stdint.h>

#include "base/err.h"
#include "json/doc.h"

/* Absent and null both mean the default. A whole number from 1 to most, else MODEL_INVALID. */
IMG_CHECKED bool img_field_size(const struct img_doc *object, const char *key, uint32_t most,
                                uint32_t absent, uint32_t *out, struct img_err *err);

/* A positive finite number. */
IMG_CHECKED bool img_field_positive(const struct img_doc *object, const char *key, double absent,
                                    double *out, struct img_err *err);

IMG_CHECKED bool img_field_bool(const struct img_doc *object, const char *key, bool absent,
                                bool *out, struct img_err *err);

/* Three finite numbers; left as they are when absent. Standard deviations must be positive. */
IMG_CHECKED bool img_field_triple(const struct img_doc *object, const char *key, bool positive,
                                  float out[3], struct img_err *err);

/* A text, or absent; MODEL_INVALID for another kind. */
IMG_CHECKED bool img_field_text(const struct img_doc *object, const char *key, const char *absent,
                                const char **out, struct img_err *err);

/* A text that may only be this one: another is MODEL_UNSUPPORTED, by name. */
IMG_CHECKED bool img_field_choice(const struct img_doc *object, const char *key, const char *only,
                                  struct img_err *err);

/* Side of a square: a whole number, or a list of two equal ones, or of three as [3, side, side]. */
IMG_CHECKED bool img_field_square(const struct img_doc *object, const char *key, uint32_t most,
                                  uint32_t absent, uint32_t *out, struct img_err *err);

/* True when the key is absent or says nothing: null, false, 0, "", [] or {}. */
bool img_field_idle(const struct img_doc *object, const char *key);

#endif
