/* The configuration: every key's value and where it came from.
 *
 * Precedence: flag, then --set, then the environment (IMG_TOOLS_<KEY>, then CLIP_MODEL_NAME,
 * CLIP_DIMENSION, CLIP_OLLAMA_ENDPOINT), then the file (--config FILE, else
 * $XDG_CONFIG_HOME/img-tools/config.json, else ~/.config/img-tools/config.json; a JSON object, null
 * meaning "not set"), then the default. Within one source the last wins. An empty environment
 * variable counts as not set. */
#ifndef IMG_CONFIG_CONFIG_H
#define IMG_CONFIG_CONFIG_H

#include "base/err.h"
#include "cli/cli.h"
#include "config/environment.h"
#include "config/keys.h"

enum img_source {
    IMG_FROM_DEFAULT,
    IMG_FROM_FILE,
    IMG_FROM_ENVIRONMENT,
    IMG_FROM_SET,
    IMG_FROM_FLAG,
};

struct img_config {
    struct img_values v; /* config.v.model_name, config.v.timeout … */
    enum img_source source[IMG_KEY_COUNT];
    const char *from[IMG_KEY_COUNT]; /* "--model", "--set", "CLIP_MODEL_NAME", the file's path,
                                        "default" */
    struct img_environment environment; /* for whoever looks for models and caches */
};

/* Reads all sources. With --print-config prints and returns false with err->code IMG_OK.
 * Switches cli's messages to debug when the key debug is true. Texts live as long as cli. Fails
 * with CONFIG, naming key, value and source: "~/.config/img-tools/config.json: unknown key
 * 'timout'; did you mean 'timeout'?". Without a home it warns once and cache_directory and
 * temp_directory are NULL. */
IMG_CHECKED bool img_config_begin(struct img_config *config, struct img_cli *cli,
                                  struct img_err *err);

/* True when somebody asked for a value of this key, in whatever way. */
bool img_config_asked(const struct img_config *config, enum img_key key);

/* "key = value  (source)" lines, in table order. "key = value" can be given back to --set. */
void img_config_print(const struct img_config *config, struct img_buf *out);

#endif
