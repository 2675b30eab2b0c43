/* Reading the layout of the hub's cache. What lies in it may be anyone's writing: a name read from
 * a file becomes part of a path only when it is a plain one. */
#include "hub/cache.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

static const char *const configurations[] = {"config.json", "open_clip_config.json"};
static const char *const weights[] = {
    "model.safetensors", "model.safetensors.index.json", "open_clip_model.safetensors",
    "pytorch_model.bin", "pytorch_model.bin.index.json", "open_clip_pytorch_model.bin",
};

bool img_hub_part_ok(const char *part, size_t len)
{
    if (len == 0 || len > 128 || part[0] == '.')
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = part[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && !memchr("-_.+", c, 4))
            return false;
    }
    return true;
}

bool img_hub_path_ok(const char *path)
{
    for (unsigned depth = 0; depth < 4; depth++) {
        size_t len = strcspn(path, "/");
        if (!img_hub_part_ok(path, len))
            return false;
        if (path[len] == '\0')
            return true;
        path += len + 1;
    }
    return false;
}

bool img_hub_cache_path(const char *cache, const char *repo_id, const char *tail,
                        char path[PATH_MAX], struct img_err *err)
{
    const char *slash = strchr(repo_id, '/');
    size_t org = slash ? (size_t)(slash - repo_id) : 0;
    int n =
        snprintf(path, PATH_MAX, "%s/models--%.*s%s%s%s%s", cache, (int)org, repo_id,
                 slash ? "--" : "", slash ? slash + 1 : repo_id, tail ? "/" : "", tail ? tail : "");
    if (n < 0 || n >= PATH_MAX)
        return img_err_set(err, IMG_ERR_OUTPUT, "the cache folder's path is too long: %s", cache);
    return true;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool has_file(const char *folder, const char *const *names, size_t count)
{
    char path[PATH_MAX];
    struct stat info;
    for (size_t i = 0; i < count; i++) {
        int n = snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (n > 0 && n < PATH_MAX && stat(path, &info) == 0 && S_ISREG(info.st_mode))
            return true;
    }
    return false;
}

bool img_hub_folder_complete(const char *folder)
{
    return has_file(folder, configurations, sizeof configurations / sizeof *configurations) &&
           has_file(folder, weights, sizeof weights / sizeof *weights);
}

/* The commit in refs/REVISION. */
static bool read_ref(const char *cache, const char *repo_id, const char *revision,
                     char commit[IMG_HUB_COMMIT_MAX])
{
    char tail[PATH_MAX], path[PATH_MAX];
    struct img_buf text = {0};
    struct img_err absent;
    int n = snprintf(tail, sizeof tail, "refs/%s", revision);
    bool ok = n > 0 && n < PATH_MAX && img_hub_cache_path(cache, repo_id, tail, path, &absent) &&
              img_file_read(path, 256, &text, &absent) && text.len > 0;
    while (ok && text.len > 0 && strchr(" \t\r\n", text.data[text.len - 1]))
        text.len--;
    ok = ok && text.len < IMG_HUB_COMMIT_MAX && img_hub_part_ok(text.data, text.len);
    if (ok) {
        memcpy(commit, text.data, text.len);
        commit[text.len] = '\0';
    }
    img_buf_clear(&text);
    return ok;
}

static bool snapshot_path(const char *cache, const char *repo_id, const char *commit,
                          char path[PATH_MAX])
{
    char tail[PATH_MAX];
    struct img_err absent;
    int n = snprintf(tail, sizeof tail, "snapshots/%s", commit);
    return n > 0 && n < PATH_MAX && img_hub_cache_path(cache, repo_id, tail, path, &absent) &&
           is_folder(path);
}

/* The one snapshot, where there is exactly one. */
static bool only_snapshot(const char *cache, const char *repo_id, char commit[IMG_HUB_COMMIT_MAX])
{
    char path[PATH_MAX];
    struct img_err absent;
    if (!img_hub_cache_path(cache, repo_id, "snapshots", path, &absent))
        return false;
    DIR *folder = opendir(path);
    if (!folder)
        return false;
    unsigned found = 0;
    for (struct dirent *entry; found < 2 && (entry = readdir(folder));) {
        size_t len = strlen(entry->d_name);
        if (len >= IMG_HUB_COMMIT_MAX || !img_hub_part_ok(entry->d_name, len))
            continue;
        memcpy(commit, entry->d_name, len + 1);
        found++;
    }
    closedir(folder);
    return found == 1;
}

bool img_hub_cache_snapshot(const char *cache, const char *repo_id, const char *revision,
                            char path[PATH_MAX])
{
    char commit[IMG_HUB_COMMIT_MAX];
    if (!img_hub_path_ok(revision))
        return false;
    if (read_ref(cache, repo_id, revision, commit))
        return snapshot_path(cache, repo_id, commit, path);
    if (!strchr(revision, '/') && snapshot_path(cache, repo_id, revision, path))
        return true;
    return strcmp(revision, "main") == 0 && only_snapshot(cache, repo_id, commit) &&
           snapshot_path(cache, repo_id, commit, path);
}
