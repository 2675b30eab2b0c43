/* Names of models: what they stand for, and where each may lie. */
#include "hub/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "hub/cache.h"

/* What OpenAI published; on the hub under its organisation. */
static const char *const clip_models[] = {
    "clip-vit-base-patch32",
    "clip-vit-base-patch16",
    "clip-vit-large-patch14",
    "clip-vit-large-patch14-336",
};

static const char *known_short_name(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof clip_models / sizeof *clip_models; i++)
        if (strlen(clip_models[i]) == len && memcmp(clip_models[i], name, len) == 0)
            return clip_models[i];
    return NULL;
}

static bool id_part_ok(const char *part, size_t len)
{
    return img_hub_part_ok(part, len) && len <= 96 && part[0] != '-' && part[len - 1] != '-' &&
           part[len - 1] != '.';
}

/* The hub's own rules: two parts (old repositories have one), no "--" and no "..". */
static bool id_ok(const char *id, size_t len)
{
    const char *slash = memchr(id, '/', len);
    size_t first = slash ? (size_t)(slash - id) : len;
    return id_part_ok(id, first) && (!slash || id_part_ok(slash + 1, len - first - 1)) &&
           !memmem(id, len, "--", 2) && !memmem(id, len, "..", 2) && !memchr(id, '+', len);
}

bool img_hub_repo_parse(const char *name, struct img_hub_repo *repo, struct img_err *err)
{
    *repo = (struct img_hub_repo){0};
    const char *at = strchr(name, '@');
    size_t len = at ? (size_t)(at - name) : strlen(name);
    const char *revision = at ? at + 1 : "main";
    if (!id_ok(name, len))
        return img_err_set(
            err, IMG_ERR_USAGE,
            "'%.200s' is not a model's name: it is clip-vit-base-patch32 or the like, "
            "org/repo, or org/repo@revision",
            name);
    if (strlen(revision) >= sizeof repo->revision || !img_hub_path_ok(revision))
        return img_err_set(err, IMG_ERR_USAGE, "'%.200s' is not a branch, tag or commit", revision);
    const char *short_name = known_short_name(name, len);
    if (short_name) {
        snprintf(repo->id, sizeof repo->id, "openai/%s", short_name);
        memcpy(repo->shown, short_name, strlen(short_name) + 1);
    } else {
        memcpy(repo->id, name, len);
        if (len > 7 && memcmp(name, "openai/", 7) == 0)
            short_name = known_short_name(name + 7, len - 7);
        memcpy(repo->shown, short_name ? short_name : repo->id,
               strlen(short_name ? short_name : repo->id) + 1);
    }
    memcpy(repo->revision, revision, strlen(revision) + 1);
    return true;
}

/* What a search tried and what it saw there, for the sentence at its end. */
struct search {
    const struct img_hub_places *places;
    struct img_hub_model *model;
    char incomplete[PATH_MAX]; /* a folder of that name without configuration or weights */
};

static bool try_folder(struct search *search, enum img_hub_kind kind, const char *path,
                       const char *name)
{
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return false;
    if (!img_hub_folder_complete(path)) {
        snprintf(search->incomplete, sizeof search->incomplete, "%s", path);
        return false;
    }
    search->model->kind = kind;
    snprintf(search->model->path, sizeof search->model->path, "%s", path);
    snprintf(search->model->name, sizeof search->model->name, "%s", name);
    return true;
}

/* Each store in turn, under the short name and under the repository's. */
static bool try_stores(struct search *search, const struct img_hub_repo *repo)
{
    const char *const names[] = {repo->shown, repo->id};
    for (size_t i = 0; i < 2 * (size_t)IMG_STORES; i++) {
        char path[PATH_MAX];
        const char *store = search->places->stores[i / 2];
        int n = store ? snprintf(path, sizeof path, "%s/%s", store, names[i % 2]) : 0;
        if (n > 0 && n < PATH_MAX && try_folder(search, IMG_HUB_STORE, path, repo->shown))
            return true;
    }
    return false;
}

static bool try_repo(struct search *search, const struct img_hub_repo *repo)
{
    char path[PATH_MAX];
    if (strcmp(repo->revision, "main") == 0 && try_stores(search, repo))
        return true;
    return search->places->cache &&
           img_hub_cache_snapshot(search->places->cache, repo->id, repo->revision, path) &&
           try_folder(search, IMG_HUB_CACHE, path, repo->shown);
}

static bool say_missing(const struct search *search, const char *name, bool may_fetch,
                        struct img_err *err)
{
    struct img_buf text = {0}, places = {0};
    img_buf_printf(&text, "model '%.200s' is not installed", name);
    if (search->incomplete[0])
        img_buf_printf(&text, ": %.200s lacks its configuration or weights", search->incomplete);
    if (may_fetch)
        img_buf_printf(&text, "; get it with: img-model fetch %.200s", name);
    for (size_t i = 0; i < IMG_STORES; i++)
        if (search->places->stores[i])
            img_buf_printf(&places, "%s%s", places.len ? ", " : "", search->places->stores[i]);
    if (search->places->cache)
        img_buf_printf(&places, "%s%s", places.len ? ", " : "", search->places->cache);
    img_err_set(err, IMG_ERR_MODEL_MISSING, "%s (looked in %s)", text.data ? text.data : name,
                places.data ? places.data : "no folder: HOME is not set");
    img_buf_clear(&text);
    img_buf_clear(&places);
    return false;
}

/* A folder's own name; for a snapshot in a hub's cache the repository's. */
static void folder_name(const char *path, char name[IMG_HUB_REPO_MAX])
{
    char real[PATH_MAX];
    if (!realpath(path, real))
        snprintf(real, sizeof real, "%s", path);
    const char *slash = strrchr(real, '/');
    const char *base = slash && slash[1] ? slash + 1 : real;
    const char *cached = strstr(real, "/models--");
    const char *snapshots = cached ? strstr(cached, "/snapshots/") : NULL;
    if (snapshots && snapshots + 11 == base) {
        char id[IMG_HUB_REPO_MAX];
        struct img_hub_repo repo;
        struct img_err unusual;
        snprintf(id, sizeof id, "%.*s", (int)(snapshots - cached - 9), cached + 9);
        char *dashes = strstr(id, "--");
        if (dashes) {
            *dashes = '/';
            memmove(dashes + 1, dashes + 2, strlen(dashes + 2) + 1);
        }
        if (img_hub_repo_parse(id, &repo, &unusual)) {
            memcpy(name, repo.shown, sizeof repo.shown);
            return;
        }
    }
    snprintf(name, IMG_HUB_REPO_MAX, "%.*s", IMG_HUB_REPO_MAX - 1, base);
}

static bool looks_like_path(const char *name)
{
    return name[0] == '/' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
           strncmp(name, "./", 2) == 0 || strncmp(name, "../", 3) == 0;
}

/* True when name is a folder that is there; false with or without an error in err->code. */
static bool try_path(const char *name, struct img_hub_model *model, struct img_err *err)
{
    struct stat info;
    if (!looks_like_path(name) && !strchr(name, '/'))
        return false;
    if (stat(name, &info) != 0 || !S_ISDIR(info.st_mode)) {
        if (looks_like_path(name))
            img_err_set(err, IMG_ERR_MODEL_MISSING, "no model folder at %s", name);
        return false;
    }
    if (strlen(name) >= sizeof model->path)
        return img_err_set(err, IMG_ERR_MODEL_MISSING, "a folder's path of %zu bytes is too long",
                           strlen(name));
    model->kind = IMG_HUB_FOLDER;
    memcpy(model->path, name, strlen(name) + 1);
    folder_name(name, model->name);
    return true;
}

bool img_hub_find(const struct img_hub_places *places, const char *name,
                  struct img_hub_model *model, struct img_err *err)
{
    struct search search = {.places = places, .model = model};
    struct img_hub_repo repo;
    struct img_err path_err = {0};
    struct stat info;
    *model = (struct img_hub_model){0};
    if (try_path(name, model, &path_err))
        return true;
    if (path_err.code != IMG_OK) {
        *err = path_err;
        return false;
    }
    if (strcmp(name, "demo") == 0) {
        if (places->demo && try_folder(&search, IMG_HUB_DEMO, places->demo, "demo"))
            return true;
        return img_err_set(err, IMG_ERR_MODEL_MISSING,
                           "the demo model is not installed with the programs");
    }
    if (!img_hub_repo_parse(name, &repo, err)) {
        err->code = IMG_ERR_MODEL_MISSING;
        return false;
    }
    if (try_repo(&search, &repo))
        return true;
    bool on_hub = strchr(repo.id, '/') != NULL;
    if (!on_hub && stat(name, &info) == 0 && S_ISDIR(info.st_mode))
        return img_err_set(err, IMG_ERR_MODEL_MISSING,
                           "model '%s' is not installed; the folder here is meant by ./%s", name,
                           name);
    return say_missing(&search, name, on_hub, err);
}

bool img_hub_find_default(const struct img_hub_places *places, const char *name,
                          struct img_hub_model *model, bool *fell_back, struct img_err *err)
{
    *fell_back = false;
    if (img_hub_find(places, name, model, err))
        return true;
    struct img_err absent;
    if (err->code != IMG_ERR_MODEL_MISSING || !img_hub_find(places, "demo", model, &absent))
        return false;
    *fell_back = true;
    return true;
}
