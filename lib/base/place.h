/* Where the files that were installed with the programs lie, in the build tree and installed. */
#ifndef IMG_BASE_PLACE_H
#define IMG_BASE_PLACE_H

#include <limits.h>

#include "base/err.h"

/* A private program: beside the running one, in ../libexec/img-tools, in ../bin, else where this
 * build was to be installed. Fails with SYSTEM when it is in none of them. */
IMG_CHECKED bool img_place_program(const char *name, char path[PATH_MAX], struct img_err *err);

/* Shipped data ("demo", "clip/merges.txt"): in ../share/img-tools beside the running program's
 * folder, else where this build was to be installed. */
IMG_CHECKED bool img_place_data(const char *name, char path[PATH_MAX], struct img_err *err);

#endif
