/* Replays files through a fuzz target without a fuzzer: every file below the folders (or files)
 * given. Each target defines LLVMFuzzerTestOneInput, as libFuzzer's interface asks. */
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t replayed;

static int replay(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)where;
    if (type != FTW_F || !S_ISREG(info->st_mode))
        return 0;
    struct img_buf bytes = {0};
    struct img_err err;
    if (!img_file_read(path, IMG_BUF_LIMIT - 1, &bytes, &err)) {
        fprintf(stderr, "%s: %s\n", path, err.text);
        return 1;
    }
    (void)LLVMFuzzerTestOneInput((const uint8_t *)bytes.data, bytes.len);
    img_buf_clear(&bytes);
    replayed++;
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (nftw(argv[i], replay, 16, FTW_PHYS) != 0)
            return 1;
    printf("%zu inputs replayed\n", replayed);
    return replayed == 0;
}
