/* Numbers as JSON text. Nothing here depends on a locale but the double writer, which expects the
 * programs to stay in the C locale they start in. */
#ifndef IMG_JSON_NUMBER_H
#define IMG_JSON_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { IMG_FLOAT_TEXT = 24 };

/* The shortest decimal that reads back as value: plain from 1e-5 up to 1e16, else with an exponent;
 * zero keeps its sign; NaN and infinities, which JSON lacks, are null. Not NUL-terminated; returns
 * the length. */
size_t img_float_text(float value, char text[IMG_FLOAT_TEXT]);

void img_json_put_float(struct img_buf *out, float value);

/* The same for a double, by trial (not for the hot path). */
void img_json_put_double(struct img_buf *out, double value);

void img_json_put_int(struct img_buf *out, int64_t value);
void img_json_put_uint(struct img_buf *out, uint64_t value);
void img_json_put_bool(struct img_buf *out, bool value);

/* [v,v,…] */
void img_json_put_floats(struct img_buf *out, const float *values, size_t count);

#endif
