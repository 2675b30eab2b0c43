/* A temporary folder for tests. */
#include "support/scratch.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

static char folder[PATH_MAX];

static void give_up(const char *what)
{
    perror(what);
    exit(99);
}

const char *scratch_open(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/img-tools-test-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder))
        give_up(folder);
    return folder;
}

static char *path_of(const char *name)
{
    static char paths[8][PATH_MAX + 256];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

const char *scratch_path(const char *name)
{
    return path_of(name);
}

const char *scratch_write(const char *name, const void *bytes, size_t len)
{
    char *path = path_of(name);
    struct img_err err;
    char *slash = strrchr(path, '/');
    *slash = '\0';
    if (!img_folder_make(path, false, &err))
        give_up(path);
    *slash = '/';
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, len, file) != len || fclose(file) != 0)
        give_up(path);
    return path;
}

const char *scratch_copy(const char *name, const char *from)
{
    struct img_buf bytes = {0};
    struct img_err err;
    if (!img_file_read(from, IMG_BUF_LIMIT - 2, &bytes, &err)) {
        fprintf(stderr, "%s: %s\n", from, err.text);
        exit(99);
    }
    const char *path = scratch_write(name, bytes.data, bytes.len);
    img_buf_clear(&bytes);
    return path;
}

static int drop(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

void scratch_close(void)
{
    if (folder[0])
        (void)nftw(folder, drop, 16, FTW_DEPTH | FTW_PHYS);
    folder[0] = '\0';
}

bool scratch_equal(const char *name, const void *bytes, size_t len)
{
    struct img_buf text = {0};
    struct img_err err;
    bool same = img_file_read(scratch_path(name), IMG_BUF_LIMIT - 2, &text, &err) &&
                text.len == len && (len == 0 || memcmp(text.data, bytes, len) == 0);
    img_buf_clear(&text);
    return same;
}

long scratch_size(const char *name)
{
    struct stat info;
    return stat(scratch_path(name), &info) == 0 ? (long)info.st_size : -1;
}
