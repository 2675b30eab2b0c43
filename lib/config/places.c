/* The environment's word on model folders and the hub. */
#include "config/places.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/place.h"
#include "config/environment.h"

enum { TOKEN_MAX = 4096 };

static bool is_true(const char *name)
{
    static const char *const yes[] = {"1", "on", "yes", "true"};
    const char *value = img_environment_get(name);
    for (size_t i = 0; value && i < sizeof yes / sizeof *yes; i++)
        if (strcasecmp(value, yes[i]) == 0)
            return true;
    return false;
}

/* An XDG folder; the specification has relative ones ignored. NULL in *path without a home. */
static bool xdg_folder(const char *name, const char *fallback, struct img_arena *arena,
                       const char **path, struct img_err *err)
{
    const char *set = img_environment_get(name), *home = img_environment_get("HOME");
    *path = NULL;
    if (set && set[0] == '/')
        *path = img_arena_copy(arena, set, strlen(set), err);
    else if (home)
        *path = img_arena_printf(arena, err, "%s/%s", home, fallback);
    else
        return true;
    return *path != NULL;
}

/* value with a leading ~ replaced by the home folder, as Hugging Face's tools do. */
static const char *expanded(const char *value, struct img_arena *arena, struct img_err *err)
{
    const char *home = img_environment_get("HOME");
    if (home && value[0] == '~' && (value[1] == '/' || value[1] == '\0'))
        return img_arena_printf(arena, err, "%s%s", home, value + 1);
    return img_arena_copy(arena, value, strlen(value), err);
}

/* HF_HOME, or huggingface in the cache folder; NULL in *path without a home. */
static bool hub_home(struct img_arena *arena, const char **path, struct img_err *err)
{
    const char *set = img_environment_get("HF_HOME"), *caches;
    if (set)
        return (*path = expanded(set, arena, err)) != NULL;
    if (!xdg_folder("XDG_CACHE_HOME", ".cache", arena, &caches, err))
        return false;
    *path = NULL;
    return !caches || (*path = img_arena_printf(arena, err, "%s/huggingface", caches)) != NULL;
}

static bool find_cache(const char *home, struct img_arena *arena, const char **path,
                       struct img_err *err)
{
    const char *set = img_environment_get("HF_HUB_CACHE");
    if (!set)
        set = img_environment_get("HUGGINGFACE_HUB_CACHE");
    *path = NULL;
    if (set)
        *path = expanded(set, arena, err);
    else if (home)
        *path = img_arena_printf(arena, err, "%s/hub", home);
    else
        return true;
    return *path != NULL;
}

/* A token becomes part of a header line: visible ASCII, nothing else. *token is NULL when text is
 * only white space. */
static bool take_token(const char *text, size_t len, const char *from, struct img_arena *arena,
                       const char **token, struct img_err *err)
{
    static const char space[] = " \t\r\n";
    *token = NULL;
    while (len > 0 && memchr(space, text[len - 1], 4))
        len--;
    while (len > 0 && memchr(space, *text, 4))
        text++, len--;
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return img_err_set(err, IMG_ERR_CONFIG, "%s: not a token (byte %zu is 0x%02x)", from, i,
                               (unsigned)(unsigned char)text[i]);
    return len == 0 || (*token = img_arena_copy(arena, text, len, err)) != NULL;
}

static bool token_from_file(const char *path, struct img_arena *arena, const char **token,
                            struct img_err *err)
{
    struct img_buf text = {0};
    *token = NULL;
    bool ok = img_file_read(path, TOKEN_MAX, &text, err);
    if (!ok && err->code == IMG_ERR_NOT_FOUND) {
        ok = true;
    } else if (!ok) {
        img_err_in(err, "%s", path);
        err->code = IMG_ERR_CONFIG;
    } else if (text.len > 0) {
        ok = take_token(text.data, text.len, path, arena, token, err);
    }
    img_buf_clear(&text);
    return ok;
}

static bool find_token(const char *home, struct img_arena *arena, const char **token,
                       struct img_err *err)
{
    static const char *const names[] = {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"};
    *token = NULL;
    if (is_true("HF_HUB_DISABLE_IMPLICIT_TOKEN"))
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = img_environment_get(names[i]);
        if (value)
            return take_token(value, strlen(value), names[i], arena, token, err);
    }
    const char *path = img_environment_get("HF_TOKEN_PATH");
    if (path)
        path = expanded(path, arena, err);
    else if (home)
        path = img_arena_printf(arena, err, "%s/token", home);
    else
        return true;
    return path && token_from_file(path, arena, token, err);
}

static bool find_endpoint(struct img_arena *arena, const char **endpoint, struct img_err *err)
{
    const char *value = img_environment_get("HF_ENDPOINT");
    if (!value)
        value = "https://huggingface.co";
    size_t len = strlen(value);
    while (len > 0 && value[len - 1] == '/')
        len--;
    if (strncasecmp(value, "https://", 8) != 0 && strncasecmp(value, "http://", 7) != 0)
        return img_err_set(err, IMG_ERR_CONFIG,
                           "HF_ENDPOINT: '%s' does not begin with https:// or http://", value);
    return (*endpoint = img_arena_copy(arena, value, len, err)) != NULL;
}

/* A piece of what is installed with the programs; NULL in *path when it is not. */
static bool find_installed(const char *name, struct img_arena *arena, const char **path,
                           struct img_err *err)
{
    char found[PATH_MAX], real[PATH_MAX];
    struct img_err absent;
    *path = NULL;
    return !img_place_data(name, found, &absent) || !realpath(found, real) ||
           (*path = img_arena_copy(arena, real, strlen(real), err)) != NULL;
}

static bool find_store(struct img_arena *arena, const char **path, struct img_err *err)
{
    const char *data;
    if (!xdg_folder("XDG_DATA_HOME", ".local/share", arena, &data, err))
        return false;
    *path = NULL;
    return !data || (*path = img_arena_printf(arena, err, "%s/img-tools/models", data)) != NULL;
}

bool img_config_places(struct img_hub_places *places, struct img_arena *arena, struct img_err *err)
{
    const char *home;
    *places = (struct img_hub_places){0};
    return hub_home(arena, &home, err) && find_cache(home, arena, &places->cache, err) &&
           find_installed("demo", arena, &places->demo, err) &&
           find_store(arena, &places->stores[0], err) &&
           find_installed("models", arena, &places->stores[1], err);
}

bool img_config_hub(struct img_hub_places *places, struct img_arena *arena, struct img_err *err)
{
    const char *home;
    if (!img_config_places(places, arena, err))
        return false;
    places->offline = is_true("HF_HUB_OFFLINE") || is_true("TRANSFORMERS_OFFLINE");
    const char *ca_file = img_environment_get("CURL_CA_BUNDLE");
    if (!ca_file)
        ca_file = img_environment_get("SSL_CERT_FILE");
    if (ca_file && !(places->ca_file = img_arena_copy(arena, ca_file, strlen(ca_file), err)))
        return false;
    return hub_home(arena, &home, err) && find_token(home, arena, &places->token, err) &&
           find_endpoint(arena, &places->endpoint, err);
}
