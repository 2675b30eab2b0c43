/* Finding our own files from where the running program lies, so that a moved tree still works. */
#include "base/place.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool program_folder(char folder[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    if (n <= 0)
        return false;
    folder[n] = '\0';
    char *slash = strrchr(folder, '/');
    if (!slash)
        return false;
    *slash = '\0';
    return true;
}

static bool try_path(char path[PATH_MAX], const char *folder, const char *between, const char *name,
                     int mode)
{
    int n = snprintf(path, PATH_MAX, "%s%s/%s", folder, between, name);
    return n > 0 && n < PATH_MAX && access(path, mode) == 0;
}

static bool find(const char *const *places, const char *fixed, const char *name, int mode,
                 char path[PATH_MAX], struct img_err *err)
{
    char folder[PATH_MAX];
    if (program_folder(folder))
        for (; *places; places++)
            if (try_path(path, folder, *places, name, mode))
                return true;
    if (try_path(path, fixed, "", name, mode))
        return true;
    return img_err_set(err, IMG_ERR_SYSTEM, "%s is not installed (looked beside the program and in %s)",
                       name, fixed);
}

bool img_place_program(const char *name, char path[PATH_MAX], struct img_err *err)
{
    static const char *const places[] = {"", "/../libexec/img-tools", "/../bin", NULL};
    return find(places, IMG_LIBEXECDIR, name, X_OK, path, err);
}

bool img_place_data(const char *name, char path[PATH_MAX], struct img_err *err)
{
    static const char *const places[] = {"/../share/img-tools", NULL};
    return find(places, IMG_DATADIR, name, R_OK, path, err);
}
