/* A temporary folder for tests. */
#include "support/scratch.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
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

const char *scratch_path(const char *name)
{
    static char paths[8][PATH_MAX + 256];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

const char *scratch_write(const char *name, const void *bytes, size_t len)
{
    const char *path = scratch_path(name);
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
