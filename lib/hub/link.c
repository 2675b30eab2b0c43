/* Links and refs, each made beside its name and renamed over it. */
#include "hub/link.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "hub/cache.h"

/* Makes the folders between snapshots/COMMIT (at path[root]) and the file. */
static bool make_folders(char *path, size_t root, struct img_err *err)
{
    for (char *slash = strchr(path + root, '/'); slash; slash = strchr(slash + 1, '/')) {
        struct stat info;
        *slash = '\0';
        bool ok = mkdir(path, 0777) == 0 || errno == EEXIST;
        int os = errno;
        if (ok && (lstat(path, &info) != 0 || !S_ISDIR(info.st_mode)))
            ok = img_err_set(err, IMG_ERR_OUTPUT, "%s is not a folder", path);
        else if (!ok)
            img_err_sys(err, IMG_ERR_OUTPUT, os, "cannot create folder %s", path);
        *slash = '/';
        if (!ok)
            return false;
    }
    return true;
}

static bool place_link(const char *target, const char *path, struct img_err *err)
{
    char temporary[PATH_MAX], present[PATH_MAX];
    ssize_t len = readlink(path, present, sizeof present);
    if (len > 0 && (size_t)len == strlen(target) && memcmp(present, target, (size_t)len) == 0)
        return true;
    int n = snprintf(temporary, sizeof temporary, "%s.%ld.part", path, (long)gettid());
    if (n < 0 || n >= PATH_MAX)
        return img_err_set(err, IMG_ERR_OUTPUT, "the cache folder's path is too long");
    unlink(temporary);
    if (symlink(target, temporary) != 0)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot link %s", path);
    if (rename(temporary, path) == 0)
        return true;
    int os = errno;
    unlink(temporary);
    return img_err_sys(err, IMG_ERR_OUTPUT, os, "cannot link %s", path);
}

bool img_hub_link(const char *cache, const char *repo_id, const char *commit, const char *file,
                  const char *blob, struct img_err *err)
{
    char tail[PATH_MAX], path[PATH_MAX], target[PATH_MAX];
    int n = snprintf(tail, sizeof tail, "snapshots/%s", commit);
    if (n < 0 || n >= PATH_MAX)
        return img_err_set(err, IMG_ERR_OUTPUT, "a commit's name is too long");
    if (!img_hub_cache_path(cache, repo_id, tail, path, err) || !img_folder_make(path, false, err))
        return false;
    size_t root = strlen(path);
    n = snprintf(path + root, sizeof path - root, "/%s", file);
    if (n < 0 || (size_t)n >= sizeof path - root)
        return img_err_set(err, IMG_ERR_OUTPUT, "the cache folder's path is too long");
    size_t up = 0;
    for (const char *slash = file; (slash = strchr(slash, '/')); slash++)
        up += (size_t)snprintf(target + up, sizeof target - up, "../");
    snprintf(target + up, sizeof target - up, "../../blobs/%s", blob);
    return make_folders(path, root + 1, err) && place_link(target, path, err);
}

bool img_hub_set_ref(const char *cache, const char *repo_id, const char *revision,
                     const char *commit, struct img_err *err)
{
    char tail[PATH_MAX], path[PATH_MAX];
    struct img_newfile file;
    int n = snprintf(tail, sizeof tail, "refs/%s", revision);
    if (n < 0 || n >= PATH_MAX)
        return img_err_set(err, IMG_ERR_OUTPUT, "a revision's name is too long");
    if (!img_hub_cache_path(cache, repo_id, tail, path, err))
        return false;
    char *slash = strrchr(path, '/');
    *slash = '\0';
    bool ok = img_folder_make(path, false, err);
    *slash = '/';
    if (!ok)
        return false;
    if (!img_newfile_open(&file, path, err))
        return img_err_in(err, "%s", path);
    if (img_newfile_write(&file, commit, strlen(commit), err) && img_newfile_commit(&file, err))
        return true;
    img_newfile_abort(&file);
    return img_err_in(err, "%s", path);
}
