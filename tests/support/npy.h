/* Test support: NumPy's .npy files (format 1.0, little-endian, C order), for golden numbers. */
#ifndef IMG_TESTS_NPY_H
#define IMG_TESTS_NPY_H

#include <stddef.h>

#include "base/file.h"

struct npy {
    struct img_map map;
    char type[4];    /* "f4", "f8", "u1", "i8" … */
    unsigned dims;
    size_t shape[8];
    const void *data; /* 16-byte aligned in the mapping */
};

/* False when the file is not there or not such an array. */
bool npy_open(struct npy *npy, const char *path);
void npy_close(struct npy *npy);

/* The folder with reference numbers, pictures and models: $IMG_TOOLS_SHARED, else ../shared.
 * NULL when it is not there; tests then skip and say so. */
const char *shared_folder(void);

/* folder/relative in a static buffer that the next eight calls leave alone. */
const char *shared_path(const char *relative);

#endif
