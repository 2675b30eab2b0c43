/* Listing models: each candidate is found again by its name, so that what is listed can be used and
 * what another one hides is not listed. */
#include "hub/installed.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/cache.h"

struct list {
    const struct img_hub_places *places;
    struct img_arena *arena;
    struct img_hub_installed *models;
    size_t count;
};

static bool is_listed(const struct list *list, const char *path)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->models[i].path, path) == 0)
            return true;
    return false;
}

static bool add(struct list *list, const char *name, struct img_err *err)
{
    struct img_hub_model model;
    struct img_err absent;
    if (list->count == IMG_HUB_INSTALLED_MAX ||
        !img_hub_find(list->places, name, &model, &absent) || model.kind == IMG_HUB_FOLDER ||
        is_listed(list, model.path))
        return true;
    struct img_hub_installed *entry = &list->models[list->count];
    entry->kind = model.kind;
    entry->name = img_arena_copy(list->arena, model.name, strlen(model.name), err);
    entry->path = img_arena_copy(list->arena, model.path, strlen(model.path), err);
    if (!entry->name || !entry->path)
        return false;
    list->count++;
    return true;
}

/* Names of a store: its folders, and, where one is no model, the folders in that (org/repo). */
static bool add_store(struct list *list, const char *store, const char *org, struct img_err *err)
{
    char path[PATH_MAX];
    bool ok = true;
    int n = snprintf(path, sizeof path, "%s%s%s", store, org ? "/" : "", org ? org : "");
    DIR *folder = n > 0 && n < PATH_MAX ? opendir(path) : NULL;
    for (struct dirent *entry; ok && folder && (entry = readdir(folder));) {
        char name[2 * NAME_MAX + 2];
        if (!img_hub_part_ok(entry->d_name, strlen(entry->d_name)))
            continue;
        snprintf(name, sizeof name, "%s%s%s", org ? org : "", org ? "/" : "", entry->d_name);
        n = snprintf(path, sizeof path, "%s/%s", store, name);
        if (n <= 0 || n >= PATH_MAX)
            continue;
        if (img_hub_folder_complete(path))
            ok = add(list, name, err);
        else if (!org)
            ok = add_store(list, store, entry->d_name, err);
    }
    if (folder)
        closedir(folder);
    return ok;
}

/* models--ORG--REPO */
static bool add_cache(struct list *list, const char *cache, struct img_err *err)
{
    static const char prefix[] = "models--";
    bool ok = true;
    DIR *folder = opendir(cache);
    for (struct dirent *entry; ok && folder && (entry = readdir(folder));) {
        char name[NAME_MAX + 1];
        if (strncmp(entry->d_name, prefix, sizeof prefix - 1) != 0)
            continue;
        snprintf(name, sizeof name, "%s", entry->d_name + sizeof prefix - 1);
        char *dashes = strstr(name, "--");
        if (dashes) {
            *dashes = '/';
            memmove(dashes + 1, dashes + 2, strlen(dashes + 2) + 1);
        }
        ok = add(list, name, err);
    }
    if (folder)
        closedir(folder);
    return ok;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct img_hub_installed *)a)->name,
                  ((const struct img_hub_installed *)b)->name);
}

bool img_hub_list(const struct img_hub_places *places, struct img_arena *arena,
                  struct img_hub_installed **models, size_t *count, struct img_err *err)
{
    struct list list = {.places = places, .arena = arena};
    list.models = img_arena_array(arena, IMG_HUB_INSTALLED_MAX, sizeof *list.models, err);
    bool ok = list.models && (!places->demo || add(&list, "demo", err));
    for (size_t i = 0; ok && i < IMG_STORES; i++)
        ok = !places->stores[i] || add_store(&list, places->stores[i], NULL, err);
    if (ok && places->cache)
        ok = add_cache(&list, places->cache, err);
    if (!ok)
        return false;
    qsort(list.models, list.count, sizeof *list.models, by_name);
    *models = list.models;
    *count = list.count;
    return true;
}
