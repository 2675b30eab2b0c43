/* A page of a file by its name: "scan.tiff[2]" is page 2 (from 0) of scan.tiff. */
#ifndef IMG_INPUT_PAGE_H
#define IMG_INPUT_PAGE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* True when path names a page: it ends in a number in brackets, and there is no file of exactly that
 * name, which would win ("photo[1].jpg" is none anyway). Then file is the name before the brackets. */
bool img_input_page(const char *path, char file[PATH_MAX], uint32_t *page);

#endif
