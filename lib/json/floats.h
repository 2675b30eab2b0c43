/* Embeddings out of JSON: an array of numbers, or a base64 string of little-endian float32. */
#ifndef IMG_JSON_FLOATS_H
#define IMG_JSON_FLOATS_H

#include "json/scan.h"

enum { IMG_FLOATS_MAX = 1 << 20 };

/* Reads the number of len characters at text as float32, correctly rounded (as strtof
 * in the C locale). The text must be a JSON number followed by something that cannot go on with it,
 * as inside an array. Overflow gives an infinity. */
float img_json_float(const char *text, size_t len);

/* values [count] in arena. Fails with BAD_RECORD: not an array or string, an element that is not a
 * finite number, base64 that is not whole float32s, more than IMG_FLOATS_MAX; or OUT_OF_MEMORY. */
IMG_CHECKED bool img_json_get_floats(const struct img_json_value *value, struct img_arena *arena,
                                     const float **values, size_t *count, struct img_err *err);

#endif
