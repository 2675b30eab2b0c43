/* Gathering the configuration from its sources. */
#include "config/config.h"

#include <string.h>

#include "config/read.h"

static const struct {
    enum img_key key;
    const char *name;
} old_names[] = {
    {IMG_KEY_model_name, "CLIP_MODEL_NAME"},
    {IMG_KEY_dimension, "CLIP_DIMENSION"},
    {IMG_KEY_ollama_endpoint, "CLIP_OLLAMA_ENDPOINT"},
};

static const char own_prefix[] = "IMG_TOOLS_";

bool img_config_store(struct img_config *config, enum img_key key, const char *text,
                      enum img_source source, const char *from, struct img_err *err)
{
    config->source[key] = source;
    config->from[key] = from;
    return img_key_store(key, text, &config->v, err);
}

bool img_config_unknown(const char *name, struct img_err *err)
{
    const char *near = img_key_nearest(name);
    if (near)
        return img_err_set(err, IMG_ERR_CONFIG, "unknown key '%s'; did you mean '%s'?", name, near);
    return img_err_set(err, IMG_ERR_CONFIG, "unknown key '%s'", name);
}

static bool take_defaults(struct img_config *config, struct img_err *err)
{
    for (unsigned key = 0; key < IMG_KEY_COUNT; key++) {
        const char *value = img_key_row((enum img_key)key)->value;
        if (!img_config_store(config, (enum img_key)key, value, IMG_FROM_DEFAULT, "default", err))
            return img_err_in(err, "%s", img_key_row((enum img_key)key)->name);
    }
    return true;
}

/* base/rest, or home/under/rest, or NULL without either. */
static bool place(struct img_cli *cli, const char *base, const char *home, const char *under,
                  const char *rest, const char **path, struct img_err *err)
{
    *path = NULL;
    if (base)
        *path = img_arena_printf(&cli->arena, err, "%s/%s", base, rest);
    else if (home)
        *path = img_arena_printf(&cli->arena, err, "%s/%s/%s", home, under, rest);
    else
        return true;
    return *path != NULL;
}

static bool take_file(struct img_config *config, struct img_cli *cli, struct img_err *err)
{
    const struct img_environment *env = &config->environment;
    const char *path = cli->common.config;
    if (path)
        return img_config_read_file(config, path, true, &cli->arena, err);
    if (!place(cli, env->xdg_config_home, env->home, ".config", "img-tools/config.json", &path,
               err))
        return false;
    return !path || img_config_read_file(config, path, false, &cli->arena, err);
}

static bool take_variable(struct img_config *config, enum img_key key, const char *value,
                          const char *name, struct img_err *err)
{
    return img_config_store(config, key, value, IMG_FROM_ENVIRONMENT, name, err) ||
           img_err_in(err, "%s", name);
}

static bool take_environment(struct img_config *config, struct img_cli *cli, struct img_err *err)
{
    for (size_t i = 0; i < sizeof old_names / sizeof old_names[0]; i++) {
        const char *value = img_environment_get(old_names[i].name);
        if (value && !take_variable(config, old_names[i].key, value, old_names[i].name, err))
            return false;
    }
    const char *variable;
    for (size_t i = 0; (variable = img_environment_at(i)) != NULL; i++) {
        const char *equals = strchr(variable, '=');
        size_t prefix = sizeof own_prefix - 1;
        if (strncmp(variable, own_prefix, prefix) != 0 || !equals || equals[1] == '\0')
            continue;
        char *name = img_arena_copy(&cli->arena, variable, (size_t)(equals - variable), err);
        char *key_name = name ? img_arena_copy(&cli->arena, name + prefix, strlen(name + prefix),
                                               err)
                              : NULL;
        if (!key_name)
            return false;
        for (char *c = key_name; *c; c++)
            *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
        enum img_key key = img_key_find(key_name);
        if (key == IMG_KEY_COUNT) {
            (void)img_config_unknown(key_name, err);
            return img_err_in(err, "%s", name);
        }
        if (!take_variable(config, key, equals + 1, name, err))
            return false;
    }
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* --set key=value; blanks around the key and before the value are dropped. */
static bool take_set(struct img_config *config, struct img_cli *cli, const char *text,
                     struct img_err *err)
{
    const char *equals = strchr(text, '=');
    if (!equals)
        return img_err_set(err, IMG_ERR_CONFIG, "--set: '%s' is not key=value", text);
    const char *value = equals + 1;
    while (is_blank(*text))
        text++;
    while (equals > text && is_blank(equals[-1]))
        equals--;
    while (is_blank(*value))
        value++;
    const char *name = img_arena_copy(&cli->arena, text, (size_t)(equals - text), err);
    if (!name)
        return false;
    enum img_key key = img_key_find(name);
    bool ok = key == IMG_KEY_COUNT
                  ? img_config_unknown(name, err)
                  : img_config_store(config, key, value, IMG_FROM_SET, "--set", err) ||
                        img_err_in(err, "%s", name);
    return ok || img_err_in(err, "--set");
}

static bool take_flags(struct img_config *config, const struct img_cli *cli, struct img_err *err)
{
    for (size_t i = 0; i < cli->parsed.setting_count; i++) {
        const struct img_setting *setting = &cli->parsed.settings[i];
        enum img_key key = img_key_find(setting->key);
        bool ok = key == IMG_KEY_COUNT
                      ? img_config_unknown(setting->key, err)
                      : img_config_store(config, key, setting->value, IMG_FROM_FLAG,
                                         setting->option, err);
        if (!ok)
            return img_err_in(err, "%s", setting->option);
    }
    return true;
}

/* Where caches and downloads go when nobody said. */
static bool place_folders(struct img_config *config, struct img_cli *cli, struct img_err *err)
{
    const struct img_environment *env = &config->environment;
    bool homeless = !env->xdg_cache_home && !env->home;
    if (config->source[IMG_KEY_cache_directory] == IMG_FROM_DEFAULT) {
        if (homeless)
            img_report(&cli->report, IMG_WARNING,
                       "neither HOME nor XDG_CACHE_HOME is set: working without a cache");
        if (!place(cli, env->xdg_cache_home, env->home, ".cache", "img-tools",
                   &config->v.cache_directory, err))
            return false;
    }
    if (config->source[IMG_KEY_temp_directory] != IMG_FROM_DEFAULT)
        return true;
    return place(cli, env->xdg_cache_home, env->home, ".cache", "img-tools/tmp",
                 &config->v.temp_directory, err);
}

bool img_config_asked(const struct img_config *config, enum img_key key)
{
    return config->source[key] != IMG_FROM_DEFAULT;
}

void img_config_print(const struct img_config *config, struct img_buf *out)
{
    static const char *const leads[] = {
        [IMG_FROM_DEFAULT] = "",
        [IMG_FROM_FILE] = "",
        [IMG_FROM_ENVIRONMENT] = "environment ",
        [IMG_FROM_SET] = "",
        [IMG_FROM_FLAG] = "flag ",
    };
    for (unsigned key = 0; key < IMG_KEY_COUNT; key++) {
        struct img_buf value = {0};
        img_key_put((enum img_key)key, &config->v, &value);
        img_buf_printf(out, "%s = ", img_key_row((enum img_key)key)->name);
        img_messages_put_escaped(out, value.data ? value.data : "");
        img_buf_printf(out, "  (%s", leads[config->source[key]]);
        img_messages_put_escaped(out, config->from[key]);
        img_buf_puts(out, ")\n");
        img_buf_clear(&value);
    }
}

static bool print_and_stop(const struct img_config *config, struct img_cli *cli,
                           struct img_err *err)
{
    struct img_buf text = {0};
    img_config_print(config, &text);
    bool ok = img_buf_ok(&text, err) && img_output_lines(&cli->output, text.data, text.len, err);
    img_buf_clear(&text);
    if (ok)
        err->code = IMG_OK;
    return false;
}

bool img_config_begin(struct img_config *config, struct img_cli *cli, struct img_err *err)
{
    *config = (struct img_config){.environment = img_environment_read()};
    if (!take_defaults(config, err) || !take_file(config, cli, err) ||
        !take_environment(config, cli, err))
        return false;
    for (size_t i = 0; i < cli->common.sets.count; i++)
        if (!take_set(config, cli, cli->common.sets.items[i], err))
            return false;
    if (!take_flags(config, cli, err) || !place_folders(config, cli, err))
        return false;
    if (config->v.debug)
        cli->messages.most = IMG_DEBUG;
    return !cli->common.print_config || print_and_stop(config, cli, err);
}
