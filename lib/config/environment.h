/* What the library wants to know of the environment; getenv() is called here and nowhere else.
 * A variable that is empty counts as not set. Pointers are the environment's own. */
#ifndef IMG_CONFIG_ENVIRONMENT_H
#define IMG_CONFIG_ENVIRONMENT_H

#include <stddef.h>

struct img_environment {
    const char *home;
    const char *xdg_config_home, *xdg_cache_home, *xdg_data_home; /* NULL when not absolute */
    const char *hf_home, *hf_hub_cache, *hf_endpoint, *hf_token, *hf_token_path;
    const char *hf_hub_offline;
    const char *qdrant_api_key;
    const char *listen_pid, *listen_fds, *notify_socket; /* systemd's, for img-serve */
};

struct img_environment img_environment_read(void);

/* One variable, NULL when not set or empty. */
const char *img_environment_get(const char *name);

/* The i-th variable ("NAME=value"), or NULL. */
const char *img_environment_at(size_t i);

#endif
