/* A value as text (typed, from the environment, from a file) turned into a number, in full or not
 * at all. */
#ifndef IMG_CLI_VALUE_H
#define IMG_CLI_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* The errors are USAGE and name the value and the range: "'x' is not a whole number", "0 is not
 * from 1 to 1024". min == max == 0 means no limits. */
IMG_CHECKED bool img_value_int(const char *text, double min, double max, int64_t *value,
                               struct img_err *err);
IMG_CHECKED bool img_value_float(const char *text, double min, double max, double *value,
                                 struct img_err *err);

/* Bytes: digits, then nothing or K, M, G or T (powers of 1024), also as KiB, k, KB. */
IMG_CHECKED bool img_value_size(const char *text, double min, double max, uint64_t *value,
                                struct img_err *err);

/* true/false, yes/no, on/off, 1/0. */
IMG_CHECKED bool img_value_bool(const char *text, bool *value, struct img_err *err);

/* Index into the NULL-terminated choices. */
IMG_CHECKED bool img_value_choice(const char *text, const char *const *choices, int *value,
                                  struct img_err *err);

/* The one of names (of count) that is near enough to have been meant, or NULL. */
const char *img_value_nearest(const char *text, const char *const *names, size_t count);

#endif
