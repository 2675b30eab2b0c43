/* The configuration file, for config.c. */
#ifndef IMG_CONFIG_READ_H
#define IMG_CONFIG_READ_H

#include "base/arena.h"
#include "config/config.h"

enum { IMG_CONFIG_FILE_MAX = 1 << 20 };

/* Stores what the JSON object at path says; texts live in arena. A file that is not there is an
 * error only when wanted. Fails with CONFIG. */
IMG_CHECKED bool img_config_read_file(struct img_config *config, const char *path, bool wanted,
                                      struct img_arena *arena, struct img_err *err);

/* Stores one value and its source, whatever was there. */
IMG_CHECKED bool img_config_store(struct img_config *config, enum img_key key, const char *text,
                                  enum img_source source, const char *from, struct img_err *err);

/* The error for a key that is not in the table. Returns false. */
bool img_config_unknown(const char *name, struct img_err *err);

#endif
