/* The rows common to all programs, so that a name means the same everywhere by construction. */
#ifndef IMG_CLI_COMMON_H
#define IMG_CLI_COMMON_H

#include "cli/options.h"

/* The i-th of the common rows the program takes, or NULL; a row's field is in struct img_common. */
const struct img_option *img_common_row(unsigned takes, size_t i);

/* True for a row of the common table. */
bool img_common_has(const struct img_option *row);

#endif
