/* Test support: a folder of one's own, and files in it. */
#ifndef IMG_TESTS_SCRATCH_H
#define IMG_TESTS_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

/* Makes an empty folder below $TMPDIR (else /tmp) and returns its path, in static storage. One at
 * a time; ends the program when it cannot. */
const char *scratch_open(void);

/* folder/name in a static buffer that the next eight calls leave alone. */
const char *scratch_path(const char *name);

/* Writes a file into it (folders on the way are made) and returns its path; ends the program when it cannot. */
const char *scratch_write(const char *name, const void *bytes, size_t len);

/* Copies a file into it under that name. */
const char *scratch_copy(const char *name, const char *from);

/* True when the file holds just these bytes. */
bool scratch_equal(const char *name, const void *bytes, size_t len);

/* The file's size, links followed; -1 when it is not there. */
long scratch_size(const char *name);

/* Removes the folder with all below it. */
void scratch_close(void);

#endif
