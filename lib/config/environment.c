/* Reading the environment. */
#include "config/environment.h"

#include <stdlib.h>
#include <unistd.h>

const char *img_environment_get(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* The XDG base directory specification: a path that is not absolute is to be ignored. */
static const char *absolute(const char *name)
{
    const char *value = img_environment_get(name);
    return value && *value == '/' ? value : NULL;
}

struct img_environment img_environment_read(void)
{
    return (struct img_environment){
        .home = absolute("HOME"),
        .xdg_config_home = absolute("XDG_CONFIG_HOME"),
        .xdg_cache_home = absolute("XDG_CACHE_HOME"),
        .xdg_data_home = absolute("XDG_DATA_HOME"),
        .hf_home = img_environment_get("HF_HOME"),
        .hf_hub_cache = img_environment_get("HF_HUB_CACHE"),
        .hf_endpoint = img_environment_get("HF_ENDPOINT"),
        .hf_token = img_environment_get("HF_TOKEN"),
        .hf_token_path = img_environment_get("HF_TOKEN_PATH"),
        .hf_hub_offline = img_environment_get("HF_HUB_OFFLINE"),
        .qdrant_api_key = img_environment_get("QDRANT_API_KEY"),
        .listen_pid = img_environment_get("LISTEN_PID"),
        .listen_fds = img_environment_get("LISTEN_FDS"),
        .notify_socket = img_environment_get("NOTIFY_SOCKET"),
    };
}

const char *img_environment_at(size_t i)
{
    for (size_t j = 0; environ && environ[j]; j++)
        if (j == i)
            return environ[j];
    return NULL;
}
