/* Cleaning up after processes that could not: each leftover is as large as the model. */
#include "engine/cpu/leftovers.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HOUR = 3600 };

static bool is_part(const char *name)
{
    static const char tail[] = ".part";
    size_t len = strlen(name), tail_len = sizeof tail - 1;
    return len > tail_len && strcmp(name + len - tail_len, tail) == 0 && strstr(name, ".pack.");
}

void img_leftovers_remove(const char *folder)
{
    struct stat info;
    struct dirent *entry;
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    while ((entry = readdir(dir)) != NULL)
        if (is_part(entry->d_name) &&
            fstatat(dirfd(dir), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(info.st_mode) && info.st_mtime < time(NULL) - HOUR)
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
}
