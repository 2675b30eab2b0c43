/* A collection is not made in the middle of something else. */
#include "collection/fresh.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collection/manifest.h"

bool img_collection_owns(const char *name)
{
    static const char *const names[] = {
        IMG_COLLECTION_MANIFEST, IMG_COLLECTION_VECTORS, IMG_COLLECTION_RECORDS,
        IMG_COLLECTION_FAILURES, IMG_COLLECTION_DROPPED, IMG_COLLECTION_OFFSETS,
        IMG_COLLECTION_INDEX,    IMG_COLLECTION_LOCK,
    };
    static const char unfinished[] = ".part", derived[] = "search.";
    size_t len = strlen(name);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return strncmp(name, derived, sizeof derived - 1) == 0 ||
           (len > sizeof unfinished - 1 &&
            strcmp(name + len - (sizeof unfinished - 1), unfinished) == 0);
}

static bool check_entry(int folder, const char *name, struct img_err *err)
{
    struct stat info;
    if (name[0] == '.' || strcmp(name, "lost+found") == 0)
        return true;
    if (!img_collection_owns(name))
        return img_err_set(err, IMG_ERR_CONFIG,
                           "it holds other files (%s) and no collection: choose a folder of its "
                           "own",
                           name);
    bool data = strcmp(name, IMG_COLLECTION_VECTORS) == 0 ||
                strcmp(name, IMG_COLLECTION_RECORDS) == 0;
    if (data && fstatat(folder, name, &info, 0) == 0 && info.st_size > 0)
        return img_err_set(err, IMG_ERR_BAD_RECORD,
                           "it has " IMG_COLLECTION_VECTORS " or " IMG_COLLECTION_RECORDS
                           " and no " IMG_COLLECTION_MANIFEST);
    return true;
}

bool img_collection_check_fresh(int folder, struct img_err *err)
{
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    if (!entries) {
        int os = errno;
        if (fd >= 0)
            close(fd);
        return img_err_sys(err, IMG_ERR_OUTPUT, os, "cannot read");
    }
    bool ok = true;
    struct dirent *entry;
    while (ok && (entry = readdir(entries)) != NULL)
        ok = check_entry(folder, entry->d_name, err);
    closedir(entries);
    return ok;
}
